-- Issues a code if nothing stands against it; a refusal writes nothing.
-- KEYS: captcha, cooldown, live flows of the address, flow
-- ARGV: clock offset, captcha's remaining ms, code lifetime, cooldown, tries, lock, max flows, network, flow's name, key id, salt, hash
-- Returns {outcome as IssueOutcome, generation, ms to wait}
local function int(n) return string.format('%.0f', n) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
local network, name = ARGV[8], ARGV[9]

local spent = tonumber(redis.call('GET', KEYS[1]) or 0)
if spent > now then return {1, 0, 0} end

local cooling = tonumber(redis.call('HGET', KEYS[2], 'until') or 0)
if cooling > now then return {2, 0, cooling - now} end

local old = redis.call('HMGET', KEYS[4], 'keep', 'locked', 'tries', 'generation')
local keep, locked, tries, generation = tonumber(old[1] or 0), tonumber(old[2] or 0), tonumber(old[3] or 0), tonumber(old[4] or 0)
if locked > now then return {3, 0, locked - now} end
if locked > 0 or keep <= now then tries, keep = 0, 0 end

local others, soonest, ours, latest, mine, gone = 0, nil, nil, 0, false, {}
local live = redis.call('HGETALL', KEYS[3])
for i = 1, #live, 2 do
  local ends, by = string.match(live[i + 1], '^(%d+):(.*)$')
  ends = tonumber(ends)
  if ends <= now then
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
  if ours then return {4, 0, ours - now} end
  if others >= tonumber(ARGV[7]) then return {4, 0, (soonest or now) - now} end
end

local ends = now + ARGV[3]
keep = math.max(keep, ends)
-- Grows with time, so that a generation is never given twice, even after the flow was forgotten.
generation = math.max(generation + 1, now)
redis.call('HSET', KEYS[4], 'generation', int(generation), 'ends', int(ends), 'keep', int(keep), 'locked', '0', 'tries', int(tries),
  'budget', ARGV[5], 'lock', ARGV[6], 'key', ARGV[10], 'salt', ARGV[11], 'hash', ARGV[12])
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
return {0, generation, 0}
