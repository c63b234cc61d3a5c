-- reserve.lua: one person's reservation.
-- KEYS  lease, meta, received (bitmap by person), rq (stream), limits (hash), nudge, result
-- ARGV  entry (person,lot,address,wallet,share), then limits: ttl (s), person, most of a person,
--       network (or empty), most of a network
-- Example  EVALSHA <sha> 7 {fs:12:0}:lease ... 77,3,501,1,0 20 77 60 10.2.3 3000
-- Results
--   CLOSED            no valid lease, or another epoch is open
--   TOO_FAST          this person or network asks more often than anybody needs to
--   EARLY, us         reservations open in that many microseconds
--   LATE              reservations are closed
--   DUP               this person's reservation was received already
--   RECEIVED, us, n   received at that time; n is 1 when a drain should be nudged
-- A refusal changes nothing, except that asking is counted.
if redis.call('GET', KEYS[1]) ~= FENCE then return {'CLOSED'} end
local meta = redis.call('HMGET', KEYS[2], 'fence', 'opens_us', 'closes_us')
if meta[1] ~= FENCE then return {'CLOSED'} end
local function too_fast(who, most)
  local count = redis.call('HINCRBY', KEYS[5], who, 1)
  if count == 1 then redis.call('EXPIRE', KEYS[5], ARGV[2]) end
  return count > tonumber(most)
end
if too_fast(ARGV[3], ARGV[4]) or ARGV[5] ~= '' and too_fast(ARGV[5], ARGV[6]) then
  return {'TOO_FAST'}
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
if now < tonumber(meta[2]) then
  return {'EARLY', string.format('%.0f', tonumber(meta[2]) - now)}
end
if now >= tonumber(meta[3]) then return {'LATE'} end
if redis.call('GETBIT', KEYS[3], ARGV[3]) == 1 then return {'DUP'} end
redis.call('SETBIT', KEYS[3], ARGV[3], 1)
local at = string.format('%.0f', now)
redis.call('XADD', KEYS[4], '*', 'e', table.concat({ARGV[1], at, EPOCH}, ','))
redis.call('DEL', KEYS[7])  -- of an earlier one that was refused: it would be read as this one's
local nudge = redis.call('SET', KEYS[6], '1', 'NX', 'PX', '100')
return {'RECEIVED', at, nudge and 1 or 0}
