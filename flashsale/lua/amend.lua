-- amend.lua: what an operator's work on a dead letter means for the gate.
-- KEYS  meta, bitmap, remain (of the letter's lot), result
-- ARGV  taken (units that the letter got now), bit (to unmark, or empty), result (or empty),
--       ttl (ms of a result)
-- Example  EVALSHA <sha> 4 {fs:12:0}:meta {fs:12:0}:claimed {fs:12:0}:remain:3 ... 1 '' '' 1000
-- Results
--   -1   another epoch is open: it has loaded all of it from PostgreSQL, nothing was changed
--   1    done
-- Reconciliation gave the letter's unit back long ago, so one that it gets now is taken from
-- remain again; where it had not come by yet, it finds one too few and puts that right.
if redis.call('HGET', KEYS[1], 'fence') ~= FENCE then return -1 end
local taken = math.min(tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[3]) or '0'))
if taken > 0 then redis.call('DECRBY', KEYS[3], taken) end
if ARGV[2] ~= '' then redis.call('SETBIT', KEYS[2], ARGV[2], 0) end
if ARGV[3] ~= '' then redis.call('SET', KEYS[4], ARGV[3], 'PX', ARGV[4]) end
return 1
