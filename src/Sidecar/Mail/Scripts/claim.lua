-- Takes entries for the owner: what has ended, what a silent replica held, what is due. Begins with outbox.lua.
-- ARGV: offset, owner, ms of lease, how many at most, 1 when mails may go out, 1 when leases that are over count as such,
--   ids that are held for certain
-- Returns {length, ms since the oldest, ms until the next is due or -1, then of each entry: {id, body, ms left, failures, age in ms}}
local lease, most = tonumber(ARGV[3]), tonumber(ARGV[4])
local taken, latest, certain = {}, now, {}
for i = 7, #ARGV do certain[ARGV[i]] = true end

local function take(id)
  local ends, failures = facts_of(id)
  hold(id, lease)
  latest = math.max(latest, ends)
  taken[#taken + 1] = {id, redis.call('HGET', BODIES, id) or '', math.max(ends - now, 0), failures, now - (redis.call('ZSCORE', AGES, id) or now)}
end

local function take_from(key, room)
  if room < 1 then return end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', int(now), 'LIMIT', 0, room)) do
    if #taken < most and not certain[id] and (key ~= ENDS or not redis.call('ZSCORE', HELD, id)) then take(id) end
  end
end

if most > 0 then
  -- Some of those are held, and end with whoever holds them.
  take_from(ENDS, most + 100)
  if ARGV[6] == '1' then take_from(HELD, most + #ARGV) end
  if ARGV[5] == '1' then take_from(WAITING, most - #taken) end
  if #taken > 0 then keep(latest) end
end

local wait = -1
if ARGV[5] == '1' then
  local next = redis.call('ZRANGE', WAITING, 0, 0, 'WITHSCORES')
  if next[2] then wait = math.max(next[2] - now, 0) end
end
return {length(), age(), wait, unpack(taken)}
