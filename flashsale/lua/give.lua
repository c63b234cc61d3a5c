-- give.lua: units that PostgreSQL has freed (or taken) since remain was loaded.
-- KEYS  meta, owed (hash of this opening: lot to delta), then remain of each lot
-- ARGV  the lots in the order of their remain keys
-- Example  EVALSHA <sha> 3 {fs:12:0}:meta {fs:12:0}:owed:4:9c {fs:12:0}:remain:3 3
-- Results
--   -1   another epoch is open: nothing was changed, and what is owed to this one stays noted
--   n    so many lots have what was owed to them; none is below 0
if redis.call('HGET', KEYS[1], 'fence') ~= FENCE then return -1 end
local changed = 0
for i, lot in ipairs(ARGV) do
  local owed = tonumber(redis.call('HGET', KEYS[2], lot) or '0')
  if owed ~= 0 then
    local remain = math.max(0, tonumber(redis.call('GET', KEYS[2 + i]) or '0') + owed)
    redis.call('SET', KEYS[2 + i], string.format('%.0f', remain))
    redis.call('HDEL', KEYS[2], lot)
    changed = changed + 1
  end
end
return changed
