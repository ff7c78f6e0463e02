-- Sliding windows of permits, for the scripts that begin with this; SlidingWindow is the twin and says how they count. A window is
-- a hash of permits taken, by `length of a segment:segment` and, where it matters, `:who took them`.
local SEGMENTS, MOST_EXACT = 24, 100

local function int(n) return string.format('%.0f', n) end

local function clock(offset)
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000) + offset
end

-- Reads a window and changes nothing.
local function window_open(key, permits, ms, now)
  local length = permits <= MOST_EXACT and 1 or math.ceil(ms / SEGMENTS)
  local window = {key = key, length = length, ms = ms, segment = math.floor(now / length), now = now, taken = {}, gone = {}}
  local stored = redis.call('HGETALL', key)
  for i = 1, #stored, 2 do
    -- Fields carry their segments' length: with other settings, older numbers mean other times.
    local of, segment, by = string.match(stored[i], '^(%d+):(%d+):?(.*)$')
    of, segment = tonumber(of), tonumber(segment)
    if not of then
      -- Another release's.
    elseif (segment + 1) * of - 1 + ms <= now then
      window.gone[#window.gone + 1] = stored[i]
    elseif of == length then
      window.taken[#window.taken + 1] = {segment = segment, by = by, count = tonumber(stored[i + 1])}
    end
  end
  table.sort(window.taken, function(a, b) return a.segment < b.segment end)
  return window
end

local function window_back(window, segment) return (segment + 1) * window.length - 1 + window.ms - window.now end

-- Returns ms until so many permits fit under the limit, zero when they do now, and the permits taken; with `by`, of those
-- that one took.
local function window_wait(window, limit, wanted, by)
  local used = 0
  for _, taken in ipairs(window.taken) do
    if not by or taken.by == by then used = used + taken.count end
  end
  local left, wait = used, used + wanted > limit and 1 or 0
  for _, taken in ipairs(window.taken) do
    if left + wanted <= limit then break end
    if not by or taken.by == by then
      left = left - taken.count
      wait = window_back(window, taken.segment)
    end
  end
  return wait, used
end

-- Takes permits and returns the field they stand in, by which they are given back.
local function window_take(window, permits, by)
  local field = int(window.length) .. ':' .. int(window.segment) .. (by and ':' .. by or '')
  for _, gone in ipairs(window.gone) do redis.call('HDEL', window.key, gone) end
  redis.call('HINCRBY', window.key, field, int(permits))
  redis.call('PEXPIRE', window.key, int(math.max(window.ms + window.length, redis.call('PTTL', window.key))))
  return field
end

-- One permit of a limit as its mode (0 on, 1 off, 2 dry) has it. With `by`, that one may take half of them, rounded up.
-- Returns {window, what was decided as BudgetDecision, ms to wait}
local function window_judge(key, permits, ms, mode, now, by)
  if mode == '1' then return {decision = 0, wait = 0} end
  permits = tonumber(permits)
  local window = window_open(key, permits, tonumber(ms), now)
  local wait = window_wait(window, permits, 1)
  if by then wait = math.max(wait, (window_wait(window, math.ceil(permits / 2), 1, by))) end
  return {window = window, decision = wait == 0 and 1 or mode == '2' and 3 or 2, wait = wait}
end

