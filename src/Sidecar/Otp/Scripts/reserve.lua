-- Reserves a verified flow, and its address for a while. An unsettled reservation keeps the flow: its outcome is unknown.
-- KEYS: verified flow, hand-over of the address
-- ARGV: clock offset, flow's name, lease in ms
-- Returns the outcome as ReserveResult
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
local verified = redis.call('HMGET', KEYS[1], 'ends', 'reserved')
if tonumber(verified[1] or 0) <= now or verified[2] ~= '0' then return 1 end
if tonumber(redis.call('HGET', KEYS[2], 'until') or 0) > now then return 2 end
redis.call('HSET', KEYS[1], 'reserved', '1')
redis.call('HSET', KEYS[2], 'until', string.format('%.0f', now + ARGV[3]), 'by', ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 0
