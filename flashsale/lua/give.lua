-- give.lua: units that PostgreSQL has freed (or taken) since remain was loaded.
-- KEYS  meta, remain
-- ARGV  delta (below 0: units that were taken past the gate)
-- Example  EVALSHA <sha> 2 {fs:12:0}:meta {fs:12:0}:remain:3 1
-- Results
--   -1   another epoch is open: it has loaded its own count, nothing was changed
--   n    what remains now, never below 0
if redis.call('HGET', KEYS[1], 'fence') ~= FENCE then return -1 end
local remain = tonumber(redis.call('GET', KEYS[2]) or '0') + tonumber(ARGV[1])
if remain < 0 then remain = 0 end
redis.call('SET', KEYS[2], string.format('%.0f', remain))
return remain
