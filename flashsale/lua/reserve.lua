-- reserve.lua: one person's reservation.
-- KEYS  lease, meta, received (bitmap by person), rq (stream), nudge, result
-- ARGV  person, lot, address, wallet (0 or 1), share (0 or 1)
-- Example  EVALSHA <sha> 6 {fs:12:0}:lease ... 77 3 501 1 0
-- Results
--   CLOSED            no valid lease, or another epoch is open
--   EARLY, us         reservations open in that many microseconds
--   LATE              reservations are closed
--   DUP               this person's reservation was received already
--   RECEIVED, us, n   received at that time; n is 1 when a drain should be nudged
-- A refusal changes nothing.
if redis.call('GET', KEYS[1]) ~= FENCE then return {'CLOSED'} end
local meta = redis.call('HMGET', KEYS[2], 'fence', 'opens_us', 'closes_us')
if meta[1] ~= FENCE then return {'CLOSED'} end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
if now < tonumber(meta[2]) then
  return {'EARLY', string.format('%.0f', tonumber(meta[2]) - now)}
end
if now >= tonumber(meta[3]) then return {'LATE'} end
if redis.call('GETBIT', KEYS[3], ARGV[1]) == 1 then return {'DUP'} end
redis.call('SETBIT', KEYS[3], ARGV[1], 1)
local at = string.format('%.0f', now)
redis.call('XADD', KEYS[4], '*', 'person', ARGV[1], 'lot', ARGV[2], 'address', ARGV[3],
    'wallet', ARGV[4], 'share', ARGV[5], 'at', at, 'epoch', EPOCH)
redis.call('DEL', KEYS[6])  -- of an earlier one that was refused: it would be read as this one's
local nudge = redis.call('SET', KEYS[5], '1', 'NX', 'PX', '100')
return {'RECEIVED', at, nudge and 1 or 0}
