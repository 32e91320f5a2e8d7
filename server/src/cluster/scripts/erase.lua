-- A channel has lost its row; what was said under it is deleted.
-- KEYS: the channel's state, what was said
-- ARGV: the row's name, the version of the settings without it, an epoch for the channel
local state, said = unpack(KEYS)
local row, settings, epoch = unpack(ARGV)
local known = redis.call('HMGET', state, 'row', 'settings')
-- Another server may be ahead, with another row.
if known[1] == row and tonumber(known[2]) <= tonumber(settings) then
  erase(state, said, epoch)
  redis.call('HDEL', state, 'row', 'settings', 'history')
end
