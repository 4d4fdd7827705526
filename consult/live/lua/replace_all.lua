-- Makes the index equal to what the database says, unless it was changed since the database was read.
-- KEYS[1] - changes, number
-- KEYS[2] - generation, text
-- KEYS[3] - services, set
-- KEYS[4..] - for each service two: order (sorted set) and units (hash)
-- ARGV[1] - `changes` when the database was read, or '' for "replace whatever happened"
-- ARGV[2] - the new generation
-- ARGV[3..] - for each service: its id, how many rows, then ticket, place and units of each row
-- Returns 1 when replaced, 0 when it was changed meanwhile.
if ARGV[1] ~= '' and ARGV[1] ~= (redis.call('GET', KEYS[1]) or '0') then
  return 0
end
redis.call('DEL', KEYS[3])
local argument = 3
for key = 4, #KEYS, 2 do
  redis.call('DEL', KEYS[key], KEYS[key + 1])
  local service, rows = ARGV[argument], tonumber(ARGV[argument + 1])
  argument = argument + 2
  for _ = 1, rows do
    redis.call('ZADD', KEYS[key], ARGV[argument + 1], ARGV[argument])
    redis.call('HSET', KEYS[key + 1], ARGV[argument], ARGV[argument + 2])
    argument = argument + 3
  end
  if rows > 0 then
    redis.call('SADD', KEYS[3], service)
  end
end
redis.call('SET', KEYS[2], ARGV[2])
return 1
