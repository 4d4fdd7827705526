-- Takes one of `limit` in any `window` ms, if one is left: an exact sliding window.
-- KEYS[1] - the times of the last `limit` takings, newest first, list of ms
-- ARGV[1] - limit
-- ARGV[2] - window in ms
-- Returns 0 when taken, otherwise the ms after which one will be free.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local oldest = redis.call('LINDEX', KEYS[1], limit - 1)
if oldest and oldest + window > now then
  return oldest + window - now
end
redis.call('LPUSH', KEYS[1], now)
redis.call('LTRIM', KEYS[1], 0, limit - 1)
redis.call('PEXPIRE', KEYS[1], window)
return 0
