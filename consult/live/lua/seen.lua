-- Notes that the pages of these tickets were heard of now, by the clock of this server.
-- KEYS[1] - presence, sorted set: ticket -> ms; '*' -> minus the ms at which it began to be gathered
-- ARGV[1..] - tickets
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local hour = 3600000
redis.call('ZADD', KEYS[1], 'NX', -now, '*')
for _, ticket in ipairs(ARGV) do
  redis.call('ZADD', KEYS[1], now, ticket)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - hour)
redis.call('PEXPIRE', KEYS[1], hour)
