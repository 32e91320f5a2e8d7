-- Something that takes no place in the order of a channel: a message to one client, or one that was dropped.
-- KEYS: if there is a key, what came of it and the lists of keys
-- ARGV: what came of it, where a notice is told, for how long a key is known (ms), how many of each list, the notice if
-- there is one
local key, channel_keys, all_keys = unpack(KEYS)
local outcome, notices, known_ms, of_channel, in_all, notice = unpack(ARGV)
if key then
  local known = redis.call('GET', key)
  if known then return {'known', known} end
  remember(key, outcome, tonumber(known_ms), {channel_keys, all_keys}, {of_channel, in_all})
end
if notice then redis.call('PUBLISH', notices, notice) end
return {'done', outcome}
