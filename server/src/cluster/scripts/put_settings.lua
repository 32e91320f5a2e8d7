-- Puts settings in force on all servers, with a version greater than all earlier ones. Does so only if the version to
-- replace is still in force, so a request that arrives late changes nothing.
-- KEYS: settings, their version, past changes of each row
-- ARGV: version to replace, or 'none' if there must be no settings yet; deadline (ms), or ''; settings; notification
-- channel; then for each row its name, its history, and 1 if anonymous clients may join
local settings, version, rows = unpack(KEYS)
local expected, too_late_ms, json, notices = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if too_late_ms ~= '' and now > tonumber(too_late_ms) then return 'late' end
local current = redis.call('GET', version) or '0'
if expected == 'none' then
  if redis.call('EXISTS', settings) == 1 then return 'kept' end
elseif expected ~= current then
  return 'changed'
end
-- The version is based on the clock, so it grows even if Redis has lost the previous one.
local new = string.format('%.0f', math.max(now, current + 1))
local past = {}
local known = redis.call('HGETALL', rows)
for index = 1, #known, 2 do past[known[index]] = known[index + 1] end
redis.call('DEL', rows)
for index = 5, #ARGV, 3 do
  local name, history, anonymous = ARGV[index], tonumber(ARGV[index + 1]), ARGV[index + 2]
  local since, lowered, lowest, before, was = string.match(past[name] or '', '^(%d+) (%d+) (%d+) (%d+) ?(%d*)$')
  if not since then
    since, lowered, lowest = new, '0', history
  else
    if history < tonumber(before) then lowered = new end
    lowest = math.min(tonumber(lowest), history)
    -- Messages sent while only authenticated clients could join are not shown to others.
    if was == '0' and anonymous == '1' then lowered, lowest = new, 0 end
  end
  redis.call('HSET', rows, name, table.concat({since, lowered, lowest, history, anonymous}, ' '))
end
redis.call('SET', settings, json)
redis.call('SET', version, new)
redis.call('PUBLISH', notices, 'changed')
return 'done'
