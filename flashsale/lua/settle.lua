-- settle.lua: what a committed batch means for the gate.
-- KEYS  meta, stream, bitmap, then two for each entry: result, remain (of its lot)
-- ARGV  ttl (ms of a result), then four for each entry:
--       entry, result (text, or empty), give (1: its unit goes back to remain),
--       bit (to unmark, or empty)
-- Example  EVALSHA <sha> 5 {fs:12:0}:meta {fs:12:0}:q ... 86400000 1700-0 held:... 0 ''
-- Results
--   -1   another epoch is open: nothing was changed, the entries are delivered again
--   n    so many entries were acknowledged by this call
-- An entry acts only if this call acknowledges it: delivered twice, it is released once. A result
-- that is there already is newer than the batch's: its person has paid since, say.
if redis.call('HGET', KEYS[1], 'fence') ~= FENCE then return -1 end
local done = 0
for i = 0, (#KEYS - 3) / 2 - 1 do
  local entry, result = ARGV[2 + 4 * i], ARGV[3 + 4 * i]
  if redis.call('XACK', KEYS[2], 'drain', entry) == 1 then
    redis.call('XDEL', KEYS[2], entry)
    if ARGV[4 + 4 * i] == '1' then redis.call('INCR', KEYS[5 + 2 * i]) end
    if ARGV[5 + 4 * i] ~= '' then redis.call('SETBIT', KEYS[3], ARGV[5 + 4 * i], 0) end
    if result ~= '' then redis.call('SET', KEYS[4 + 2 * i], result, 'NX', 'PX', ARGV[1]) end
    done = done + 1
  end
end
return done
