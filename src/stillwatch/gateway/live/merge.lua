-- Merges what one process saw with what the others did, in one step.
--
-- ARGV[1]: prefix of all keys. ARGV[2]: a batch (messages.Batch) as MessagePack.
-- Answers a message (messages.Merged). Times are the server's, so clocks of hosts do not matter.
-- Keys are made here, so the store is one server (with replicas), not a cluster.
-- What others wrote under our names is not trusted: it is thrown away and counted.
local prefix = ARGV[1]
local batch = cmsgpack.unpack(ARGV[2])
local process, number = batch[1], batch[2]
local rows, buckets = batch[3], batch[4]
local PROCESS_S, ACCOUNT_S, FADE_S, LATE_S = 20, 30 * 86400, 5, 2
local MOST_PROCESSES, MOST_NUMBER = 1024, 2 ^ 53
local ignored = 0

local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1e6

-- A key is of our kind and of bearable size afterwards, or not there.
local function ours(key, kind, size)
  local found = redis.call('TYPE', key).ok
  if found == 'none' then return end
  if found ~= kind or (size and redis.call(size, key) > MOST_PROCESSES + 2) then
    redis.call('DEL', key)
    ignored = ignored + 1
  end
end

-- A number of the store, or `otherwise` if there is none; what is no such number is none.
local function value(text, least, most, otherwise)
  if not text then return otherwise end
  local found = tonumber(text)
  if found and found >= least and found <= most then return found end
  ignored = ignored + 1
  return otherwise
end

local function is_bits(text)
  return type(text) == 'string' and #text <= 128 and string.match(text, '^[0-9a-f]+$') ~= nil
end

local function is_count(found, most)
  return type(found) == 'number' and found >= 0 and found <= most and found % 1 == 0
end

-- What another process said, or nil if nobody of ours can have said that.
local function said_by(packed)
  local good, said = pcall(cmsgpack.unpack, packed)
  if good and type(said) == 'table' and is_count(said[2], 2 ^ 31) and is_count(said[3], 2 ^ 40)
    and is_bits(said[4]) and is_bits(said[5])
    and type(said[1]) == 'number' and said[1] <= now + PROCESS_S then
    return said
  end
  return nil
end

-- A batch whose answer got lost comes again: it is answered, but not counted twice.
local counted = prefix .. 'batch:' .. process
ours(counted, 'string')
local fresh = value(redis.call('GET', counted), 0, MOST_NUMBER, 0) < number
redis.call('SET', counted, number, 'EX', 86400)

local alive = prefix .. 'processes'
ours(alive, 'zset', 'ZCARD')
redis.call('ZADD', alive, now, process)
redis.call('ZREMRANGEBYSCORE', alive, '-inf', now - PROCESS_S)
redis.call('ZREMRANGEBYSCORE', alive, now + PROCESS_S, '+inf')
local processes = redis.call('ZCARD', alive)

-- Totals only grow. What a process knew is the least that it is, should the store have lost it.
local function total(key, field, known, delta)
  local held = redis.call('HGET', key, field)
  local before = value(held, 0, MOST_NUMBER, 0)
  local after = math.max(before, known)
  if fresh then after = after + delta end
  if not held or after ~= before then
    redis.call('HSET', key, field, string.format('%.0f', after))
  end
  return after
end

local function one_row(row)
  local key = prefix .. 'account:' .. row[1]
  ours(key, 'hash', 'HLEN')
  local seals = total(key, 's', row[2], row[3])
  local foreign = total(key, 'f', row[4], row[5])
  local mine = 'p:' .. process
  redis.call('HSET', key, mine, cmsgpack.pack({now, row[6], row[7], row[8], row[9]}))
  redis.call('EXPIRE', key, ACCOUNT_S)
  local others = {}
  local fields = redis.call('HGETALL', key)
  for at = 1, #fields, 2 do
    local field = fields[at]
    if string.sub(field, 1, 2) == 'p:' and field ~= mine then
      local said = said_by(fields[at + 1])
      if not said then ignored = ignored + 1 end
      if not said or said[1] < now - PROCESS_S then
        redis.call('HDEL', key, field)
      else
        others[#others + 1] = {said[2], said[3], said[4], said[5]}
      end
    end
  end
  return {seals, foreign, others}
end

local function one_bucket(bucket)
  local every, burst, taken, asked = bucket[3], bucket[4], bucket[5], bucket[6]
  local key = prefix .. 'bucket:' .. bucket[1] .. ':' .. bucket[2]
  ours(key, 'hash', 'HLEN')
  local held = redis.call('HMGET', key, 'full', 'asked', 'at')
  local full = math.max(value(held[1], 0, MOST_NUMBER, now), now)
  local since = math.max(0, now - value(held[3], 0, MOST_NUMBER, now))
  local demand = value(held[2], 0, MOST_NUMBER, 0) * math.exp(-since / FADE_S)
  if fresh then
    full = full + taken * every
    demand = demand + asked
  end
  -- What processes gave out too much, before they heard of each other, is paid back, or the rate
  -- would be exceeded a little at each merge. What was taken while the store was away is not.
  local debt = burst * every + LATE_S
  full = math.min(full, now + burst * every + debt)
  redis.call('HSET', key, 'full', string.format('%.6f', full), 'asked',
    string.format('%.6f', demand), 'at', string.format('%.6f', now))
  redis.call('EXPIRE', key, math.ceil(burst * every + debt) + 60)
  return {full - now, demand}
end

local answer = {processes, {}, {}, 0}
for at, row in ipairs(rows) do answer[2][at] = one_row(row) end
for at, bucket in ipairs(buckets) do answer[3][at] = one_bucket(bucket) end
answer[4] = ignored
return cmsgpack.pack(answer)
