-- Counts a try before anything is compared; the last of the budget closes the flow, and is still compared. Begins with windows.lua.
-- KEYS: live flows of the address, flow, window of the address's guesses
-- ARGV: clock offset, flow's name
-- Returns {outcome as AttemptOutcome, generation, of the guesses' limit: decision as BudgetDecision, ms to wait; key id, salt, hash}
local now = clock(ARGV[1])

local flow = redis.call('HMGET', KEYS[2], 'locked', 'ends', 'tries', 'budget', 'lock', 'keep', 'generation', 'key', 'salt', 'hash',
  'guesses', 'guesses_ms', 'guesses_mode')
local locked, ends, keep = tonumber(flow[1] or 0), tonumber(flow[2] or 0), tonumber(flow[6] or 0)
if locked > now then return {2, 0, 0, 0} end
-- A code whose flow was closed is dead, however long it would have lived.
if locked > 0 or ends <= now then return {1, 0, 0, 0} end

local guesses = window_judge(KEYS[3], flow[11], flow[12], flow[13] or '1', now)
if guesses.decision == 2 then return {3, 0, 2, guesses.wait} end
if guesses.decision == 1 then window_take(guesses.window, 1) end

local tries, lock = tonumber(flow[3]) + 1, tonumber(flow[5])
-- Tries are remembered beyond the code, since a resend must not give them back.
keep = math.max(keep, ends, now + lock)
redis.call('HSET', KEYS[2], 'tries', int(tries), 'keep', int(keep))
if tries >= tonumber(flow[4]) then
  redis.call('HSET', KEYS[2], 'locked', int(now + lock))
  redis.call('HDEL', KEYS[1], ARGV[2])
end
redis.call('PEXPIRE', KEYS[2], int(keep - now))
return {0, tonumber(flow[7]), guesses.decision, guesses.wait, flow[8], flow[9], flow[10]}
