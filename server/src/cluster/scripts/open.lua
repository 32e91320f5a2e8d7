-- How a channel stands: its epoch, the version of its members, how much was ever said, the newest of it, its members,
-- and what is kept, from an entry on; of another epoch than the one that is known, all that is kept.
-- KEYS: the channel's state, what was said, its members
-- ARGV: the first entry wanted, the known epoch, one for a new channel, for how long it is kept (ms)
local state, said, members = KEYS[1], KEYS[2], KEYS[3]
local first, known, epoch, keep_ms = unpack(ARGV)
local kept = redis.call('XRANGE', said, first, '+')
if first ~= '-' and (not kept[1] or kept[1][1] ~= first) then
  local oldest = redis.call('XRANGE', said, '-', '+', 'COUNT', 1)[1]
  local is_trimmed = oldest and kept[1] and oldest[1] == kept[1][1]
  -- What a server has delivered is not there though older entries are: Redis has fallen back to an earlier state.
  if not is_trimmed and redis.call('HGET', state, 'epoch') == known then redis.call('HSET', state, 'epoch', epoch) end
end
redis.call('HSETNX', state, 'epoch', epoch)
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, keep_ms) end
local stands = redis.call('HMGET', state, 'epoch', 'version', 'said', 'newest')
if first ~= '-' and stands[1] ~= known then kept = redis.call('XRANGE', said, '-', '+') end
return {
  stands[1], tonumber(stands[2] or 0), tonumber(stands[3] or 0), stands[4] or '',
  redis.call('HGETALL', members), kept,
}
