-- Adds an entry; an older one of the same name that nobody holds makes way. Begins with outbox.lua.
-- ARGV: offset, owner, id, body, ms until its end, ms of delay, name or '', capacity, ms of lease when the owner holds it from the start, else 0
-- Returns {1 when there was room, length, ms since the oldest, id and body of the entry that made way}
local id, ends, name, lease = ARGV[3], now + ARGV[5], ARGV[7], tonumber(ARGV[9])
local old, body
if name ~= '' then
  old = redis.call('HGET', NAMES, name)
  if old and (old == id or redis.call('ZSCORE', HELD, old)) then old = nil end
  if old then
    body = redis.call('HGET', BODIES, old)
    drop(old, name)
  end
end
-- Whatever made way left room.
if length() >= tonumber(ARGV[8]) then return {0, length(), age()} end

redis.call('HSET', BODIES, id, ARGV[4])
note(id, ends, 0, name)
redis.call('ZADD', AGES, int(now), id)
redis.call('ZADD', ENDS, int(ends), id)
if name ~= '' then redis.call('HSET', NAMES, name, id) end
if lease > 0 then hold(id, lease) else redis.call('ZADD', WAITING, int(now + ARGV[6]), id) end
keep(ends)
return {1, length(), age(), old or '', body or ''}
