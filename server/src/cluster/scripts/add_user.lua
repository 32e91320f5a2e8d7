-- Adds a user, unless the e-mail address is taken or the table is full.
-- KEYS: users by id, ids by e-mail address
-- ARGV: e-mail address, user as JSON, largest number of users
local users, emails = KEYS[1], KEYS[2]
if redis.call('HEXISTS', emails, ARGV[1]) == 1 then return {'taken', 0} end
local count = redis.call('HLEN', users)
if count >= tonumber(ARGV[3]) then return {'full', 0} end
local id = count + 1
redis.call('HSET', users, id, ARGV[2])
redis.call('HSET', emails, ARGV[1], id)
return {'added', id}
