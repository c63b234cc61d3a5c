-- renew.lua: the controller's sign that the gate may stay open.
-- KEYS  lease, meta
-- ARGV  milliseconds
-- Example  EVALSHA <sha> 2 {fs:12:0}:lease {fs:12:0}:meta 3000
-- Results
--   0    the gate carries another epoch or none, or somebody else holds the lease
--   1    the lease runs anew
if redis.call('HGET', KEYS[2], 'fence') ~= FENCE then return 0 end
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= FENCE then return 0 end
redis.call('SET', KEYS[1], FENCE, 'PX', ARGV[1])
return 1
