-- What the outbox's scripts begin with. An entry waits (WAITING, by the time it is due) or is held by a replica (HELD, by the end of
-- its lease, with OWNERS saying whose). All times are Redis' own, so that replicas with other clocks agree.
-- KEYS of every script: bodies, facts, waiting, held, owners, newest entry of each name, ages, ends
-- ARGV of every script begins with: clock offset, owner
local BODIES, FACTS, WAITING, HELD, OWNERS, NAMES, AGES, ENDS = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]
-- How long keys outlive the last entry, should no replica be left to clear up.
local BEYOND = 3600000

local function int(n) return string.format('%.0f', n) end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
local owner = ARGV[2]

-- Ends at, failures so far, name.
local function facts_of(id)
  local ends, failures, name = string.match(redis.call('HGET', FACTS, id) or '', '^(%d+):(%d+):(.*)$')
  return tonumber(ends or 0), tonumber(failures or 0), name or ''
end

local function note(id, ends, failures, name) redis.call('HSET', FACTS, id, int(ends) .. ':' .. int(failures) .. ':' .. name) end

local function keep(ends)
  local ms = math.max(ends - now, 0) + BEYOND
  for i = 1, #KEYS do
    if redis.call('PTTL', KEYS[i]) < ms then redis.call('PEXPIRE', KEYS[i], int(ms)) end
  end
end

local function drop(id, name)
  redis.call('HDEL', BODIES, id)
  redis.call('HDEL', FACTS, id)
  redis.call('ZREM', WAITING, id)
  redis.call('ZREM', HELD, id)
  redis.call('HDEL', OWNERS, id)
  redis.call('ZREM', AGES, id)
  redis.call('ZREM', ENDS, id)
  if name ~= '' and redis.call('HGET', NAMES, name) == id then redis.call('HDEL', NAMES, name) end
end

local function hold(id, lease)
  redis.call('ZREM', WAITING, id)
  redis.call('ZADD', HELD, int(now + lease), id)
  redis.call('HSET', OWNERS, id, owner)
end

-- Entries, and how long the oldest has been here.
local function length() return redis.call('HLEN', BODIES) end
local function age()
  local oldest = redis.call('ZRANGE', AGES, 0, 0, 'WITHSCORES')
  return oldest[2] and math.max(now - oldest[2], 0) or 0
end
