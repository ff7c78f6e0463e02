-- Prolongs the owner's leases. Begins with outbox.lua.
-- ARGV: offset, owner, ms of lease, ids
-- Returns the ids that are not the owner's any more
local lost = {}
for i = 4, #ARGV do
  if redis.call('HGET', OWNERS, ARGV[i]) == owner then
    redis.call('ZADD', HELD, int(now + ARGV[3]), ARGV[i])
  else
    lost[#lost + 1] = ARGV[i]
  end
end
return lost
