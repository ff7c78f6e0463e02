-- Gives one permit back, if it is still counted.
-- KEYS: window
-- ARGV: field it stands in
if tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0) > 0 and redis.call('HINCRBY', KEYS[1], ARGV[1], -1) == 0 then
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return 1
