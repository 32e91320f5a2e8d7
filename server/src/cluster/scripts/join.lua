-- Adds a member to a channel.
-- KEYS: state of the channel, its members
-- ARGV: socket id, the same as a JSON string, member as JSON, expiry of the channel (ms), epoch for a new channel,
-- notification channel
local state, members = KEYS[1], KEYS[2]
local socket_id, quoted, member, keep_ms, epoch, notices = unpack(ARGV)
redis.call('HSETNX', state, 'epoch', epoch)
if redis.call('HEXISTS', members, socket_id) == 0 then
  local version = redis.call('HINCRBY', state, 'version', 1)
  -- Presence lists are ordered by this version.
  member = '{"since":' .. version .. ',' .. string.sub(member, 2)
  redis.call('HSET', members, socket_id, member)
  redis.call('PUBLISH', notices,
    '{"came":{"version":' .. version .. ',"socket_id":' .. quoted .. ',"member":' .. member .. '}}')
end
redis.call('PEXPIRE', state, keep_ms)
redis.call('PEXPIRE', members, keep_ms)
