-- Returns the state of a channel: epoch, version of the member list, number of entries ever appended, newest id, hidden
-- id, members, and the entries from a given id on. If the epoch is not the known one, returns all entries.
-- KEYS: state of the channel, its stream, its members
-- ARGV: first id, known epoch, new epoch, expiry of the channel (ms), largest number of entries, of bytes, and age of
-- an entry (ms); then the row
local state, said, members = unpack(KEYS)
local first, known, epoch, keep_ms, keep, max_bytes, max_age_ms = unpack(ARGV)
if not follow_row(state, said, epoch, unpack(ARGV, 8, 12)) then return {'stale'} end
local stands = redis.call('HMGET', state, 'epoch', 'version', 'said', 'newest', 'bytes', 'oldest', 'hidden')
local log = measure(said, stands[5], stands[6], stands[7])
local count = log.count
trim(said, log, tonumber(keep), tonumber(max_bytes), now_ms() - max_age_ms)
if log.count < count then
  redis.call('HSET', state, 'bytes', log.bytes, 'oldest', log.oldest, 'hidden', log.hidden)
end
local kept = redis.call('XRANGE', said, first, '+', 'COUNT', keep)
if first ~= '-' and first ~= stands[4] and (not kept[1] or kept[1][1] ~= first) then
  local is_trimmed = kept[1] and kept[1][1] == log.oldest
  -- An entry that a server has delivered is missing, and older ones exist: Redis has fallen back to an earlier state.
  if not is_trimmed and stands[1] == known then stands[1] = false end
end
if not stands[1] then
  stands[1] = epoch
  redis.call('HSET', state, 'epoch', epoch)
end
if first ~= '-' and stands[1] ~= known then kept = redis.call('XRANGE', said, '-', '+', 'COUNT', keep) end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, keep_ms) end
return {
  'opened', stands[1], tonumber(stands[2] or 0), tonumber(stands[3] or 0), stands[4] or '', log.hidden,
  redis.call('HGETALL', members), kept,
}
