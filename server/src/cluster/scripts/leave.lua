-- Removes a member from a channel.
-- KEYS: state of the channel, its members
-- ARGV: socket id, the same as a JSON string, notification channel
local state, members = KEYS[1], KEYS[2]
local socket_id, quoted, notices = unpack(ARGV)
if redis.call('HDEL', members, socket_id) == 1 then
  local version = redis.call('HINCRBY', state, 'version', 1)
  redis.call('PUBLISH', notices, '{"went":{"version":' .. version .. ',"socket_id":' .. quoted .. '}}')
end
