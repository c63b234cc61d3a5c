-- claim.lua: one person's claim on one unit.
-- KEYS  lease, meta, claimed (bitmap), remain (of the lot), q (stream), places, nudge, result
-- ARGV  bit, person, number, lot, slot, ticket, receipt (microseconds of an earlier epoch, or 0)
-- Example  EVALSHA <sha> 8 {fs:12:0}:lease ... 41 77 42 3 1 9f2c... 0
-- Results
--   CLOSED            no valid lease, or another epoch is open
--   EARLY, us         the sale starts in that many microseconds
--   ENDED             the sale is over
--   DUP               this reservation and slot has claimed already
--   PLACED            an earlier place in line is kept until everybody's is known
--   RESTORING         earlier places come first; this one may come after them
--   SOLD_OUT          nothing remains
--   IN_LINE, us, n    admitted at that time; n is 1 when a drain should be nudged
-- A refusal changes nothing. DUP comes before stock, so that repeats never eat stock, and stock
-- before DECR, so that it is never negative.
if redis.call('GET', KEYS[1]) ~= FENCE then return {'CLOSED'} end
local meta = redis.call('HMGET', KEYS[2], 'fence', 'starts_us', 'ends_us', 'restoring',
    'restore_until_us')
if meta[1] ~= FENCE then return {'CLOSED'} end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local restoring = meta[4] == '1'
local receipt = tonumber(ARGV[7])
if now < tonumber(meta[2]) then
  return {'EARLY', string.format('%.0f', tonumber(meta[2]) - now)}
end
-- Whoever was in line before the gate was lost was in time.
if now >= tonumber(meta[3]) and not (restoring and receipt > 0) then return {'ENDED'} end
if redis.call('GETBIT', KEYS[3], ARGV[1]) == 1 then return {'DUP'} end
if restoring then
  if receipt == 0 or now >= tonumber(meta[5]) then return {'RESTORING'} end
  local place = table.concat({ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]}, ':')
  redis.call('ZADD', KEYS[6], 'NX', ARGV[7], place)
  return {'PLACED'}
end
if tonumber(redis.call('GET', KEYS[4]) or '0') <= 0 then return {'SOLD_OUT'} end
redis.call('DECR', KEYS[4])
redis.call('SETBIT', KEYS[3], ARGV[1], 1)
local at = string.format('%.0f', now)
redis.call('XADD', KEYS[5], '*', 'person', ARGV[2], 'number', ARGV[3], 'lot', ARGV[4],
    'slot', ARGV[5], 'ticket', ARGV[6], 'bit', ARGV[1], 'at', at, 'epoch', EPOCH)
redis.call('DEL', KEYS[8])  -- of an earlier claim that was refused: it would be read as this one's
local nudge = redis.call('SET', KEYS[7], '1', 'NX', 'PX', '100')
return {'IN_LINE', at, nudge and 1 or 0}
