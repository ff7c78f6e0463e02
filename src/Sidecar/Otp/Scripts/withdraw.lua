-- Takes a code back, the cooldown that it began and what it took from the address's limits; a newer code keeps them.
-- KEYS: cooldown, live flows of the address, flow, window of the hour, window of the day
-- ARGV: flow's name, generation
if redis.call('HGET', KEYS[3], 'generation') == ARGV[2] then
  redis.call('HSET', KEYS[3], 'ends', '0')
  redis.call('HDEL', KEYS[2], ARGV[1])
  for i, name in ipairs({'hour', 'day'}) do
    local field = redis.call('HGET', KEYS[3], name)
    if field and field ~= '' and tonumber(redis.call('HGET', KEYS[3 + i], field) or 0) > 0
      and redis.call('HINCRBY', KEYS[3 + i], field, -1) == 0 then
      redis.call('HDEL', KEYS[3 + i], field)
    end
    redis.call('HDEL', KEYS[3], name)
  end
end
if redis.call('HGET', KEYS[1], 'by') == ARGV[1] .. '#' .. ARGV[2] then redis.call('DEL', KEYS[1]) end
return 1
