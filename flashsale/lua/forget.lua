-- forget.lua: a withdrawn reservation may be made again.
-- KEYS  meta, received, written (bitmaps by person), result
-- ARGV  person
-- Example  EVALSHA <sha> 4 {fs:12:0}:meta {fs:12:0}:received ... {fs:12:0}:res:9f2c... 77
-- Results
--   0    another epoch is open: it was loaded without the withdrawn one
--   1    the person may reserve again
if redis.call('HGET', KEYS[1], 'fence') ~= FENCE then return 0 end
redis.call('SETBIT', KEYS[2], ARGV[1], 0)
redis.call('SETBIT', KEYS[3], ARGV[1], 0)
redis.call('DEL', KEYS[4])
return 1
