-- open.lua: the decided order of the opening window enters the line, piece by piece.
-- KEYS  meta, w (stream of the opening window), q (stream), then remain of each lot
-- ARGV  from (how many of the order are in line already), in all (of the order), seen (entries
--       of w that the order was made of), lots (how many), the lots in the order of their remain
--       keys, then the next of the order: person,number,lot,slot,ticket,at
-- Example  EVALSHA <sha> 4 {fs:12:0}:meta ... {fs:12:0}:remain:3 0 1 1 1 3 77,42,3,1,9f2c...,17
-- Results
--   CLOSED   another epoch is open
--   WAIT     the window, or the time for earlier receipts, is not over
--   AT, n    n are in line, not `from`: nothing was changed, go on from there
--   MORE, n  n are in line; others of the order are to follow, or have come in since it was made
--   OPEN, n  n are in line; from now on a claim takes a unit at once
-- The first of each lot take what remains of it; the line says of the others that they lost.
if redis.call('HGET', KEYS[1], 'fence') ~= FENCE then return {'CLOSED'} end
local meta = redis.call('HMGET', KEYS[1], 'undecided', 'restoring', 'starts_us', 'window_us',
    'entered')
local entered = tonumber(meta[5] or '0')
if meta[1] ~= '1' then return {'OPEN', entered} end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
if meta[2] == '1' or now < tonumber(meta[3]) + tonumber(meta[4]) then return {'WAIT'} end
if tonumber(ARGV[1]) ~= entered then return {'AT', entered} end
local remain_of, lots = {}, tonumber(ARGV[4])
for i = 1, lots do remain_of[ARGV[4 + i]] = KEYS[3 + i] end
for i = 5 + lots, #ARGV do
  local remain = remain_of[string.match(ARGV[i], '^%d+,%d+,(%d+),')]
  local lost = '1'
  if remain and tonumber(redis.call('GET', remain) or '0') > 0 then
    redis.call('DECR', remain)
    lost = '0'
  end
  redis.call('XADD', KEYS[3], '*', 'e', table.concat({ARGV[i], EPOCH, '0', lost}, ','))
  entered = entered + 1
end
redis.call('HSET', KEYS[1], 'entered', entered)
if entered < tonumber(ARGV[2]) or redis.call('XLEN', KEYS[2]) > tonumber(ARGV[3]) then
  return {'MORE', entered}
end
redis.call('HSET', KEYS[1], 'undecided', '0')
return {'OPEN', entered}
