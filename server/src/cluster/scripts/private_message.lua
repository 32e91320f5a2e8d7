-- Handles a message without a place in the log: a private message, or one that a trigger has dropped.
-- KEYS: with a key its outcome and the lists of keys
-- ARGV: outcome, notification channel, expiry of a key (ms), bound of each list, event if there is one
local key, channel_keys, all_keys = unpack(KEYS)
local outcome, notices, known_ms, of_channel, in_all, notice = unpack(ARGV)
if key then
  local known = redis.call('GET', key)
  if known then return {'known', known} end
  remember(key, outcome, tonumber(known_ms), {channel_keys, all_keys}, {of_channel, in_all})
end
if notice then redis.call('PUBLISH', notices, notice) end
return {'done', outcome}
