-- Something takes its place in the order of a channel: kept, and told to every server that has the channel.
-- A message with a key is said once: what came of it is remembered, and is the answer to its repeats.
-- KEYS: the channel's state, what was said, its members, and what came of the key, if there is one
-- ARGV: entry, how many are kept, for how long (ms), an epoch for a new channel, where it is told, for how long a key is known (ms)
local state, said, members, key = unpack(KEYS)
local entry, keep, keep_ms, epoch, notices, known_ms = unpack(ARGV)
if key then
  local known = redis.call('GET', key)
  if known then return {'known', known, 0} end
end
redis.call('HSETNX', state, 'epoch', epoch)
local before = redis.call('HGET', state, 'newest') or ''
local id = redis.call('XADD', said, 'MAXLEN', keep, '*', 'entry', entry)
redis.call('HSET', state, 'newest', id)
redis.call('HINCRBY', state, 'said', 1)
if key then redis.call('SET', key, id, 'PX', known_ms) end
redis.call('PEXPIRE', state, keep_ms)
redis.call('PEXPIRE', said, keep_ms)
redis.call('PUBLISH', notices, '{"said":{"id":"' .. id .. '","before":"' .. before .. '","entry":' .. entry .. '}}')
return {'said', id, redis.call('HLEN', members)}
