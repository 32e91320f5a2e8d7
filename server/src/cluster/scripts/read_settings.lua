-- Returns the settings, their version, and the past changes of each row. A full Redis carries out a script that only
-- reads, but no transaction.
-- KEYS: settings, their version, past changes of each row
return {redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2]), redis.call('HGETALL', KEYS[3])}
