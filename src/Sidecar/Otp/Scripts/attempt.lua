-- Counts a try before anything is compared; the last of the budget closes the flow, and is still compared.
-- KEYS: live flows of the address, flow
-- ARGV: clock offset, flow's name
-- Returns {outcome as AttemptOutcome, generation, key id, salt, hash}
local function int(n) return string.format('%.0f', n) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]

local flow = redis.call('HMGET', KEYS[2], 'locked', 'ends', 'tries', 'budget', 'lock', 'keep', 'generation', 'key', 'salt', 'hash')
local locked, ends, keep = tonumber(flow[1] or 0), tonumber(flow[2] or 0), tonumber(flow[6] or 0)
if locked > now then return {2, 0} end
-- A code whose flow was closed is dead, however long it would have lived.
if locked > 0 or ends <= now then return {1, 0} end

local tries, lock = tonumber(flow[3]) + 1, tonumber(flow[5])
-- Tries are remembered beyond the code, since a resend must not give them back.
keep = math.max(keep, ends, now + lock)
redis.call('HSET', KEYS[2], 'tries', int(tries), 'keep', int(keep))
if tries >= tonumber(flow[4]) then
  redis.call('HSET', KEYS[2], 'locked', int(now + lock))
  redis.call('HDEL', KEYS[1], ARGV[2])
end
redis.call('PEXPIRE', KEYS[2], int(keep - now))
return {0, tonumber(flow[7]), flow[8], flow[9], flow[10]}
