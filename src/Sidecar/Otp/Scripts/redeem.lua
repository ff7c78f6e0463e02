-- Exchanges a flow whose code was right for a verified one: once per code, and also when the right code was the last try.
-- KEYS: live flows of the address, flow, verified flow
-- ARGV: clock offset, flow's name, generation, lifetime of the verified flow
-- Returns 1, or 0 when the code was redeemed, replaced or ended meanwhile
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
local flow = redis.call('HMGET', KEYS[2], 'generation', 'ends')
if flow[1] ~= ARGV[3] or tonumber(flow[2] or 0) <= now then return 0 end
redis.call('DEL', KEYS[2])
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[3], 'ends', string.format('%.0f', now + ARGV[4]), 'reserved', '0')
redis.call('PEXPIRE', KEYS[3], ARGV[4])
return 1
