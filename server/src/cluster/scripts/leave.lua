-- Somebody is on a channel no more.
-- KEYS: the channel's state, its members
-- ARGV: socket id, as a JSON string too, where it is told
local state, members = KEYS[1], KEYS[2]
local socket_id, quoted, notices = unpack(ARGV)
if redis.call('HDEL', members, socket_id) == 1 then
  local version = redis.call('HINCRBY', state, 'version', 1)
  redis.call('PUBLISH', notices, '{"went":{"version":' .. version .. ',"socket_id":' .. quoted .. '}}')
end
