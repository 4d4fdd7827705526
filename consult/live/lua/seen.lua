-- Notes that the pages of these tickets were heard of now, by the clock of this server.
-- KEYS[1] - presence, sorted set: ticket -> ms
-- ARGV[1..] - tickets
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local hour = 3600000
for _, ticket in ipairs(ARGV) do
  redis.call('ZADD', KEYS[1], now, ticket)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - hour)
redis.call('PEXPIRE', KEYS[1], hour)
