-- Ends a reservation; another flow's hold on the address stays.
-- KEYS: verified flow, hand-over of the address
-- ARGV: flow's name, 1 when used
if ARGV[2] == '1' then
  redis.call('DEL', KEYS[1])
elseif redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'reserved', '0')
end
if redis.call('HGET', KEYS[2], 'by') == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1
