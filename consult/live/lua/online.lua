-- Returns those of these tickets whose pages are not known to be silent.
-- KEYS[1] - presence, sorted set: ticket -> ms
-- KEYS[2] - since when this is asked regularly, and when it was asked last, hash of ms
-- ARGV[1] - how many ms of silence count
-- ARGV[2..] - tickets
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window = tonumber(ARGV[1])
local watched = redis.call('HMGET', KEYS[2], 'since', 'last')
local since = tonumber(watched[1] or now)
-- A hole in the asking: this server was away or emptied, and people could not be heard of meanwhile.
if now - tonumber(watched[2] or now) > window * 0.6 then
  since = now
end
redis.call('HSET', KEYS[2], 'since', since, 'last', now)
redis.call('PEXPIRE', KEYS[2], 3600000)
local online = {}
for i = 2, #ARGV do
  local heard = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if now - since < window or (heard and tonumber(heard) >= now - window) then
    online[#online + 1] = ARGV[i]
  end
end
return online
