-- Ends what the owner held: the entry is done with, or waits again. Begins with outbox.lua.
-- ARGV: offset, owner, id, ms to wait or -1 when it is done with, failures so far
-- Returns 1; 2 when it was to wait but a newer entry of its name is here, so that it is done with; 0 when another owner holds it; -1 when it is gone
local id, wait = ARGV[3], tonumber(ARGV[4])
local by = redis.call('HGET', OWNERS, id)
if by ~= owner then return by and 0 or (redis.call('HEXISTS', BODIES, id) == 1 and 0 or -1) end

local ends, _, name = facts_of(id)
if wait < 0 then
  drop(id, name)
  return 1
end
if name ~= '' and redis.call('HGET', NAMES, name) ~= id then
  drop(id, name)
  return 2
end
redis.call('ZREM', HELD, id)
redis.call('HDEL', OWNERS, id)
redis.call('ZADD', WAITING, int(now + wait), id)
note(id, ends, tonumber(ARGV[5]), name)
keep(ends)
return 1
