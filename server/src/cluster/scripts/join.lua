-- Somebody is on a channel.
-- KEYS: the channel's state, its members
-- ARGV: socket id, as a JSON string too, the member, for how long it is kept (ms), an epoch for a new channel, where it is told
local state, members = KEYS[1], KEYS[2]
local socket_id, quoted, member, keep_ms, epoch, notices = unpack(ARGV)
redis.call('HSETNX', state, 'epoch', epoch)
if redis.call('HEXISTS', members, socket_id) == 0 then
  local version = redis.call('HINCRBY', state, 'version', 1)
  -- Lists are in the order in which their members came.
  member = '{"since":' .. version .. ',' .. string.sub(member, 2)
  redis.call('HSET', members, socket_id, member)
  redis.call('PUBLISH', notices,
    '{"came":{"version":' .. version .. ',"socket_id":' .. quoted .. ',"member":' .. member .. '}}')
end
redis.call('PEXPIRE', state, keep_ms)
redis.call('PEXPIRE', members, keep_ms)
