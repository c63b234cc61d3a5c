-- admit.lua: after a rebuild, the kept places enter in order: those of the opening window as its
-- seed has it, then all others by the time of their first receipts. Each keeps its time.
-- KEYS  meta, claimed (bitmap), q (stream), places, then remain of each lot
-- ARGV  most (places in one call), then the lots in the order of their remain keys
-- Example  EVALSHA <sha> 5 {fs:12:0}:meta ... {fs:12:0}:remain:3 500 3
-- Results
--   CLOSED   another epoch is open
--   WAIT     the time for earlier places is not over
--   MORE, n  n were admitted and places are left
--   OPEN, n  n were admitted; from now on everybody may claim
if redis.call('HGET', KEYS[1], 'fence') ~= FENCE then return {'CLOSED'} end
local meta = redis.call('HMGET', KEYS[1], 'restoring', 'restore_until_us')
if meta[1] ~= '1' then return {'OPEN', 0} end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
if now < tonumber(meta[2]) then return {'WAIT'} end
local remain_of = {}
for i = 2, #ARGV do remain_of[ARGV[i]] = KEYS[3 + i] end
local admitted = 0
for _, place in ipairs(redis.call('ZRANGE', KEYS[4], 0, tonumber(ARGV[1]) - 1)) do
  local bit, entry, lot, wave, at =
    string.match(place, '^(%d+):(%d+,%d+,(%d+),%d+,%x+):(%d+):(%d+)$')
  local remain = remain_of[lot]
  if remain and redis.call('GETBIT', KEYS[2], bit) == 0
    and tonumber(redis.call('GET', remain) or '0') > 0 then
    redis.call('DECR', remain)
    redis.call('SETBIT', KEYS[2], bit, 1)
    redis.call('XADD', KEYS[3], '*', 'e', table.concat({entry, at, EPOCH, wave, '0'}, ','))
    admitted = admitted + 1
  end
  redis.call('ZREM', KEYS[4], place)
end
if redis.call('ZCARD', KEYS[4]) > 0 then return {'MORE', admitted} end
redis.call('HSET', KEYS[1], 'restoring', '0')
return {'OPEN', admitted}
