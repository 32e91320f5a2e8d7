-- Something takes its place in the order of a channel: kept, and told to every server that has the channel.
-- A message with a key is said once: what came of it is remembered, and is the answer to its repeats.
-- KEYS: the channel's state, what was said, its members; if there is a key, what came of it and the lists of keys
-- ARGV: entry, where it is told, an epoch for a new channel, for how long the channel is kept (ms), how many entries, how
-- many bytes, for how long each (ms); the row; for how long a key is known (ms), how many of each list
local state, said, members, key, channel_keys, all_keys = unpack(KEYS)
local entry, notices, epoch, keep_ms, keep, max_bytes, max_age_ms = unpack(ARGV)
if key then
  local known = redis.call('GET', key)
  if known then return {'known', known, 0} end
end
if not follow_row(state, said, epoch, unpack(ARGV, 8, 12)) then return {'stale', '', 0} end
local stands = redis.call('HMGET', state, 'epoch', 'newest', 'said', 'bytes', 'oldest', 'hidden')
local id = redis.call('XADD', said, '*', 'entry', entry)
local log = measure(said, stands[4] and stands[4] + #entry, stands[5], stands[6])
trim(said, log, tonumber(keep), tonumber(max_bytes), ms_of(id) - max_age_ms)
redis.call('HSET', state, 'epoch', stands[1] or epoch, 'newest', id, 'said', (stands[3] or 0) + 1,
  'bytes', log.bytes, 'oldest', log.oldest, 'hidden', log.hidden)
if key then remember(key, id, tonumber(ARGV[13]), {channel_keys, all_keys}, {ARGV[14], ARGV[15]}) end
redis.call('PEXPIRE', state, keep_ms)
redis.call('PEXPIRE', said, keep_ms)
redis.call('PUBLISH', notices,
  '{"said":{"id":"' .. id .. '","before":"' .. (stands[2] or '') .. '","entry":' .. entry .. '}}')
return {'said', id, redis.call('HLEN', members)}
