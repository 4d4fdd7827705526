-- Returns those of these tickets whose pages were heard of lately.
-- KEYS[1] - presence, sorted set: ticket -> ms
-- ARGV[1] - how many ms ago is still "lately"
-- ARGV[2..] - tickets
local time = redis.call('TIME')
local since = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1]
local online = {}
for i = 2, #ARGV do
  local heard = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if heard and tonumber(heard) >= since then
    online[#online + 1] = ARGV[i]
  end
end
return online
