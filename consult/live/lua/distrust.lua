-- Redis was away: the line must be read from the database again, and who is here be gathered anew.
-- KEYS[1] - generation, text
-- KEYS[2] - presence, sorted set: ticket -> ms; '*' -> minus the ms at which it began to be gathered
local time = redis.call('TIME')
redis.call('DEL', KEYS[1])
redis.call('ZADD', KEYS[2], -(time[1] * 1000 + math.floor(time[2] / 1000)), '*')
redis.call('PEXPIRE', KEYS[2], 3600000)
