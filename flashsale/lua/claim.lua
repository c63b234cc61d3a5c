-- claim.lua: one person's claim on one unit.
-- KEYS  lease, meta, claimed (bitmap), came (bitmap), remain (of the lot), q (stream),
--       w (stream of the opening window), places, limits (hash), nudge, result
-- ARGV  bit, number, entry (person,number,lot,slot,ticket), wave, receipt (microseconds of an
--       earlier epoch, or 0), rank (of that place), then limits: ttl (s), person, most of a
--       person, network (or empty), most of a network
-- Example  EVALSHA <sha> 11 {fs:12:0}:lease ... 41 42 77,42,3,1,9f2c... 0 0 0 20 77 60 10.2.3 3000
-- Results
--   CLOSED            no valid lease, or another epoch is open
--   TOO_FAST          this person or network asks more often than anybody needs to
--   BY_DRAW           nobody claims in a draw
--   EARLY, us         the sale starts in that many microseconds
--   ENDED             the sale is over
--   DUP               this reservation and slot has claimed already
--   NOT_INVITED       this wave is for those who came to the sale before
--   PLACED            an earlier place in line is kept until everybody's is known
--   RESTORING         earlier places come first; this one may come after them
--   SOLD_OUT          nothing remains
--   IN_LINE, us, n    admitted at that time; n is 1 when a drain should be nudged
-- A refusal changes nothing, except that asking is counted and that a person who came is noted.
-- DUP comes before stock, so that repeats never eat stock, and stock before DECR, so that it is
-- never negative. While the opening window is undecided a claim takes nothing: its order does.
if redis.call('GET', KEYS[1]) ~= FENCE then return {'CLOSED'} end
local meta = redis.call('HMGET', KEYS[2], 'fence', 'starts_us', 'ends_us', 'restoring',
    'restore_until_us', 'kind', 'undecided')
if meta[1] ~= FENCE then return {'CLOSED'} end
local function too_fast(who, most)
  local count = redis.call('HINCRBY', KEYS[9], who, 1)
  if count == 1 then redis.call('EXPIRE', KEYS[9], ARGV[7]) end
  return count > tonumber(most)
end
if too_fast(ARGV[8], ARGV[9]) or ARGV[10] ~= '' and too_fast(ARGV[10], ARGV[11]) then
  return {'TOO_FAST'}
end
if meta[6] == 'draw' then return {'BY_DRAW'} end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local restoring = meta[4] == '1'
local receipt = tonumber(ARGV[5])
if now < tonumber(meta[2]) then
  return {'EARLY', string.format('%.0f', tonumber(meta[2]) - now)}
end
-- Whoever was in line before the gate was lost was in time.
if now >= tonumber(meta[3]) and not (restoring and receipt > 0) then return {'ENDED'} end
if redis.call('GETBIT', KEYS[3], ARGV[1]) == 1 then return {'DUP'} end
local came = tonumber(ARGV[2]) - 1
if ARGV[4] == '0' then
  redis.call('SETBIT', KEYS[4], came, 1)
elseif redis.call('GETBIT', KEYS[4], came) == 0 then
  return {'NOT_INVITED'}
end
local undecided = meta[7] == '1'
-- An earlier claim that was refused has left its result: it would be read as this one's.
local function forget_result() redis.call('DEL', KEYS[11]) end
if restoring and not undecided then
  if receipt == 0 or now >= tonumber(meta[5]) then return {'RESTORING'} end
  local place = table.concat({ARGV[1], ARGV[3], ARGV[4], ARGV[5]}, ':')
  redis.call('ZADD', KEYS[8], 'NX', ARGV[6], place)
  forget_result()
  return {'PLACED'}
end
if not undecided then
  if tonumber(redis.call('GET', KEYS[5]) or '0') <= 0 then return {'SOLD_OUT'} end
  redis.call('DECR', KEYS[5])
end
redis.call('SETBIT', KEYS[3], ARGV[1], 1)
-- Nobody's order is decided while earlier receipts of the window still come in.
local at = restoring and receipt > 0 and ARGV[5] or string.format('%.0f', now)
local entry = table.concat({ARGV[3], at, EPOCH, ARGV[4], '0'}, ',')
redis.call('XADD', undecided and KEYS[7] or KEYS[6], '*', 'e', entry)
forget_result()
if undecided then return {'IN_LINE', at, 0} end
local nudge = redis.call('SET', KEYS[10], '1', 'NX', 'PX', '100')
return {'IN_LINE', at, nudge and 1 or 0}
