-- Whether a verified flow is there and not in use; changes nothing.
-- KEYS: verified flow
-- ARGV: clock offset
-- Returns 1 or 0
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
local verified = redis.call('HMGET', KEYS[1], 'ends', 'reserved')
if tonumber(verified[1] or 0) <= now or verified[2] ~= '0' then return 0 end
return 1
