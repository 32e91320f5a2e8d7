-- Appends an entry to the log of a channel, and publishes it to every server that has the channel. A message with an
-- idempotency key is appended once: its outcome is stored and answers repeated messages.
-- KEYS: state of the channel, its stream, its members; with a key also its outcome and the lists of keys
-- ARGV: entry, notification channel, epoch for a new channel, expiry of the channel (ms), largest number of entries, of
-- bytes, and age of an entry (ms); the row; expiry of a key (ms), bound of each list
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
