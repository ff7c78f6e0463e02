-- Takes permits from a sliding window of six segments, or takes none and says when there will be some.
-- KEYS: counts by segment
-- ARGV: clock offset, permits of the window, window in ms, permits wanted
-- Returns {1 when taken, permits left, ms until the wanted ones are there, ms until the oldest taken one comes back}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
local limit, window, wanted = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local length = math.ceil(window / 6)
local current = math.floor(now / length)

local counts, segments, used = {}, {}, 0
local stored = redis.call('HGETALL', KEYS[1])
for i = 1, #stored, 2 do
  -- Fields carry the segments' length: with another window in the settings, older numbers mean other times.
  local of, segment = string.match(stored[i], '^(%d+):(%d+)$')
  segment = tonumber(segment)
  if tonumber(of) == length and segment > current - 6 then
    counts[segment] = tonumber(stored[i + 1])
    segments[#segments + 1] = segment
    used = used + counts[segment]
  else
    redis.call('HDEL', KEYS[1], stored[i])
  end
end
table.sort(segments)

local taken, retry = 0, 0
if used + wanted <= limit then
  taken = 1
  used = used + wanted
  if wanted > 0 then
    redis.call('HINCRBY', KEYS[1], string.format('%.0f:%.0f', length, current), ARGV[4])
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', length * 7))
    if #segments == 0 then segments[1] = current end
  end
else
  local left = used
  for _, segment in ipairs(segments) do
    left = left - counts[segment]
    retry = (segment + 6) * length - now
    if left + wanted <= limit then break end
  end
end
local reset = 0
if segments[1] then reset = (segments[1] + 6) * length - now end
return {taken, math.max(limit - used, 0), retry, reset}
