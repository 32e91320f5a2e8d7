-- How a channel stands: its epoch, the version of its members, how much was ever said, the newest of it, its members,
-- and what is kept, from an entry on.
-- KEYS: the channel's state, what was said, its members
-- ARGV: the first entry wanted, an epoch for a new channel, for how long it is kept (ms)
local state, said, members = KEYS[1], KEYS[2], KEYS[3]
local first, epoch, keep_ms = unpack(ARGV)
redis.call('HSETNX', state, 'epoch', epoch)
redis.call('PEXPIRE', state, keep_ms)
local stands = redis.call('HMGET', state, 'epoch', 'version', 'said', 'newest')
return {
  stands[1], tonumber(stands[2] or 0), tonumber(stands[3] or 0), stands[4] or '',
  redis.call('HGETALL', members), redis.call('XRANGE', said, first, '+'),
}
