-- repair.lua: remain was too low while nothing moved; the missing units can be claimed again.
-- KEYS  meta, remain, q (stream)
-- ARGV  expected (what remain was when it was compared), free (what PostgreSQL has)
-- Example  EVALSHA <sha> 3 {fs:12:0}:meta {fs:12:0}:remain:3 {fs:12:0}:q 4 5
-- Results
--   -1   another epoch is open
--   0    something moved since the comparison: nothing was changed
--   1    remain is `free` now
if redis.call('HGET', KEYS[1], 'fence') ~= FENCE then return -1 end
if redis.call('GET', KEYS[2]) ~= ARGV[1] or redis.call('XLEN', KEYS[3]) > 0 then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1
