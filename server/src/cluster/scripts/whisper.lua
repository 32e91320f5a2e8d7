-- Something that takes no place in the order of a channel: a message to one client, or one that was dropped.
-- KEYS: what came of the key, if there is one
-- ARGV: what came of it, for how long that is known (ms), where a notice is told, the notice if there is one
local key = KEYS[1]
local outcome, known_ms, notices, notice = unpack(ARGV)
if key then
  local known = redis.call('GET', key)
  if known then return {'known', known} end
  redis.call('SET', key, outcome, 'PX', known_ms)
end
if notice then redis.call('PUBLISH', notices, notice) end
return {'done', outcome}
