-- Deletes the history of a channel whose row was removed or replaced.
-- KEYS: state of the channel, its stream
-- ARGV: name of the row, version of the settings without it, new epoch of the channel
local state, said = unpack(KEYS)
local row, settings, epoch = unpack(ARGV)
local known = redis.call('HMGET', state, 'row', 'settings')
-- Another server may have applied a newer row already.
if known[1] == row and tonumber(known[2]) <= tonumber(settings) then
  erase(state, said, epoch)
  redis.call('HDEL', state, 'row', 'settings', 'history')
end
