-- Takes a code back, and the cooldown that it began; a newer code keeps both.
-- KEYS: cooldown, live flows of the address, flow
-- ARGV: flow's name, generation
if redis.call('HGET', KEYS[3], 'generation') == ARGV[2] then
  redis.call('HSET', KEYS[3], 'ends', '0')
  redis.call('HDEL', KEYS[2], ARGV[1])
end
if redis.call('HGET', KEYS[1], 'by') == ARGV[1] .. '#' .. ARGV[2] then redis.call('DEL', KEYS[1]) end
return 1
