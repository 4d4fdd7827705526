-- Names the first in the line who fits and whose page was heard of lately; removes nothing.
-- KEYS[1] - order, sorted set: ticket -> place
-- KEYS[2] - units, hash: ticket -> units
-- KEYS[3] - presence, sorted set: ticket -> ms; '*' -> minus the ms at which it began to be gathered
-- ARGV[1] - free units of the officer
-- ARGV[2] - how many ms ago is still "lately"
-- ARGV[3] - rank to begin at
-- ARGV[4] - how many to look at
-- ARGV[5] - for how many ms presence is gathered before silence says anything
-- ARGV[6..] - tickets that are not wanted
-- Returns the ticket, or the rank to go on from, or nothing at the end of the line, or -1 for "not known".
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local since, gathering = now - ARGV[2], tonumber(ARGV[5])
if gathering > 0 then
  local begun = redis.call('ZSCORE', KEYS[3], '*')
  if not begun or now + begun < gathering then
    return -1
  end
end
local free, first, most = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
local unwanted = {}
for i = 6, #ARGV do
  unwanted[ARGV[i]] = true
end
local looked, step = 0, 8
while looked < most do
  local tickets = redis.call('ZRANGE', KEYS[1], first + looked, first + looked + step - 1)
  for _, ticket in ipairs(tickets) do
    if not unwanted[ticket] then
      local heard = redis.call('ZSCORE', KEYS[3], ticket)
      if heard and tonumber(heard) >= since then
        local units = redis.call('HGET', KEYS[2], ticket)
        if units and tonumber(units) <= free then
          return ticket
        end
      end
    end
  end
  if #tickets < step then
    return false
  end
  looked = looked + step
  step = 64
end
return first + looked
