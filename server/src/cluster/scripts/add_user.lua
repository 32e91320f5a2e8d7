-- A new user, unless the address is taken.
-- KEYS: users by id, ids by address
-- ARGV: the address, what is kept of the user
local users, emails = KEYS[1], KEYS[2]
if redis.call('HEXISTS', emails, ARGV[1]) == 1 then return false end
local id = redis.call('HLEN', users) + 1
redis.call('HSET', users, id, ARGV[2])
redis.call('HSET', emails, ARGV[1], id)
return id
