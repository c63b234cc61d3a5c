-- renew.lua: the controller's sign that the gate may stay open; the first time, that it may open.
-- KEYS  lease, meta
-- ARGV  milliseconds, opens (1: the rebuild's last step)
-- Example  EVALSHA <sha> 2 {fs:12:0}:lease {fs:12:0}:meta 3000 0
-- Results
--   0    the gate carries another epoch or none, is still being loaded, or somebody else holds the
--        lease
--   1    the lease runs anew
local meta, opens = redis.call('HMGET', KEYS[2], 'fence', 'opened'), ARGV[2] == '1'
if meta[1] ~= FENCE or not (opens or meta[2] == '1') then return 0 end
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= FENCE and not opens then return 0 end
redis.call('HSET', KEYS[2], 'opened', '1')
redis.call('SET', KEYS[1], FENCE, 'PX', ARGV[1])
return 1
