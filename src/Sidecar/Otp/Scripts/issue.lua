-- Issues a code if nothing stands against it; a refusal writes nothing. Begins with windows.lua.
-- KEYS: captcha, cooldown, live flows of the address, flow, window of the hour, window of the day
-- ARGV: clock offset, captcha's remaining ms, code lifetime, cooldown, tries, lock, max flows, network, flow's name, key id, salt, hash,
--   then permits, window in ms and mode of the hour's limit, of the day's, and of the guesses'
-- Returns {outcome as IssueOutcome, generation, ms to wait, of the hour's and the day's limit each: decision as BudgetDecision, ms to wait}
local now = clock(ARGV[1])
local network, name = ARGV[8], ARGV[9]

local spent = tonumber(redis.call('GET', KEYS[1]) or 0)
if spent > now then return {1, 0, 0, 0, 0, 0, 0} end

local cooling = tonumber(redis.call('HGET', KEYS[2], 'until') or 0)
if cooling > now then return {2, 0, cooling - now, 0, 0, 0, 0} end

local old = redis.call('HMGET', KEYS[4], 'keep', 'locked', 'tries', 'generation')
local keep, locked, tries, generation = tonumber(old[1] or 0), tonumber(old[2] or 0), tonumber(old[3] or 0), tonumber(old[4] or 0)
if locked > now then return {3, 0, locked - now, 0, 0, 0, 0} end
if locked > 0 or keep <= now then tries, keep = 0, 0 end

local others, soonest, ours, latest, mine, gone = 0, nil, nil, 0, false, {}
local live = redis.call('HGETALL', KEYS[3])
for i = 1, #live, 2 do
  local ends, by = string.match(live[i + 1], '^(%d+):(.*)$')
  ends = tonumber(ends)
  if not ends then
    -- Another release's.
  elseif ends <= now then
    gone[#gone + 1] = live[i]
  elseif live[i] == name then
    mine = true
  else
    others = others + 1
    latest = math.max(latest, ends)
    soonest = math.min(soonest or ends, ends)
    if by == network then ours = math.min(ours or ends, ends) end
  end
end
if not mine then
  if ours then return {4, 0, ours - now, 0, 0, 0, 0} end
  if others >= tonumber(ARGV[7]) then return {4, 0, (soonest or now) - now, 0, 0, 0, 0} end
end

local hour = window_judge(KEYS[5], ARGV[13], ARGV[14], ARGV[15], now, network)
local day = window_judge(KEYS[6], ARGV[16], ARGV[17], ARGV[18], now, network)
local wait = math.max(hour.decision == 2 and hour.wait or 0, day.decision == 2 and day.wait or 0)
if wait > 0 then return {6, 0, wait, hour.decision, hour.wait, day.decision, day.wait} end

local ends = now + ARGV[3]
keep = math.max(keep, ends)
-- Grows with time, so that a generation is never given twice, even after the flow was forgotten.
generation = math.max(generation + 1, now)
redis.call('HSET', KEYS[4], 'generation', int(generation), 'ends', int(ends), 'keep', int(keep), 'locked', '0', 'tries', int(tries),
  'budget', ARGV[5], 'lock', ARGV[6], 'key', ARGV[10], 'salt', ARGV[11], 'hash', ARGV[12],
  -- What would only have been refused is not counted, as it would not have been; what is, can be given back.
  'hour', hour.decision == 1 and window_take(hour.window, 1, network) or '', 'day', day.decision == 1 and window_take(day.window, 1, network) or '',
  'guesses', ARGV[19], 'guesses_ms', ARGV[20], 'guesses_mode', ARGV[21])
redis.call('PEXPIRE', KEYS[4], int(keep - now))
if #gone > 0 then redis.call('HDEL', KEYS[3], unpack(gone)) end
redis.call('HSET', KEYS[3], name, int(ends) .. ':' .. network)
redis.call('PEXPIRE', KEYS[3], int(math.max(latest, ends) - now))
local remaining = math.max(tonumber(ARGV[2]), 1)
redis.call('SET', KEYS[1], int(now + remaining), 'PX', int(remaining))
local cooldown = tonumber(ARGV[4])
if cooldown > 0 then
  redis.call('HSET', KEYS[2], 'until', int(now + cooldown), 'by', name .. '#' .. int(generation))
  redis.call('PEXPIRE', KEYS[2], int(cooldown))
end
return {0, generation, 0, hour.decision, hour.wait, day.decision, day.wait}
