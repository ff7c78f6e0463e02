-- Remembers a captcha as answered until it would have ended.
-- KEYS: captcha
-- ARGV: clock offset, remaining ms
-- Returns 1, or 0 when it was spent before
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
if tonumber(redis.call('GET', KEYS[1]) or 0) > now then return 0 end
local remaining = math.max(tonumber(ARGV[2]), 1)
redis.call('SET', KEYS[1], string.format('%.0f', now + remaining), 'PX', string.format('%.0f', remaining))
return 1
