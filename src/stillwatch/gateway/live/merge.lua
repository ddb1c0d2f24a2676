-- Merges what one process saw with what the others did, in one step.
--
-- ARGV[1]: prefix of all keys. ARGV[2]: a batch (messages.Batch) as MessagePack.
-- Answers a message (messages.Merged). Times are the server's, so clocks of hosts do not matter.
-- Keys are made here, so the store is one server (with replicas), not a cluster.
local prefix = ARGV[1]
local batch = cmsgpack.unpack(ARGV[2])
local process, number = batch[1], batch[2]
local rows, buckets = batch[3], batch[4]
local PROCESS_S, ACCOUNT_S, FADE_S = 20, 30 * 86400, 5

local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1e6

-- A batch whose answer got lost comes again: it is answered, but not counted twice.
local counted = prefix .. 'batch:' .. process
local fresh = tonumber(redis.call('GET', counted) or '0') < number
redis.call('SET', counted, number, 'EX', 86400)

local alive = prefix .. 'processes'
redis.call('ZADD', alive, now, process)
redis.call('ZREMRANGEBYSCORE', alive, '-inf', now - PROCESS_S)
local processes = redis.call('ZCARD', alive)

-- Totals only grow. What a process knew is the least that it is, should the store have lost it.
local function total(key, field, known, delta)
  local before = tonumber(redis.call('HGET', key, field) or '0')
  local after = math.max(before, known)
  if fresh then after = after + delta end
  if after ~= before then redis.call('HSET', key, field, string.format('%.0f', after)) end
  return after
end

local function one_row(row)
  local key = prefix .. 'account:' .. row[1]
  local seals = total(key, 's', row[2], row[3])
  local foreign = total(key, 'f', row[4], row[5])
  local mine = 'p:' .. process
  redis.call('HSET', key, mine, cmsgpack.pack({now, row[6], row[7], row[8], row[9]}))
  redis.call('EXPIRE', key, ACCOUNT_S)
  local others = {}
  local fields = redis.call('HGETALL', key)
  for at = 1, #fields, 2 do
    if string.sub(fields[at], 1, 2) == 'p:' and fields[at] ~= mine then
      local said = cmsgpack.unpack(fields[at + 1])
      if said[1] < now - PROCESS_S then
        redis.call('HDEL', key, fields[at])
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
  local held = redis.call('HMGET', key, 'full', 'asked', 'at')
  local full = math.max(tonumber(held[1] or '0'), now)
  local demand = tonumber(held[2] or '0') * math.exp((tonumber(held[3] or now) - now) / FADE_S)
  if fresh then
    -- Never emptier than empty: what was taken while the store was away is long paid back.
    full = math.min(full + taken * every, now + burst * every)
    demand = demand + asked
  end
  redis.call('HSET', key, 'full', string.format('%.6f', full), 'asked',
    string.format('%.6f', demand), 'at', string.format('%.6f', now))
  redis.call('EXPIRE', key, math.ceil(burst * every) + 60)
  return {full - now, demand}
end

local answer = {processes, {}, {}}
for at, row in ipairs(rows) do answer[2][at] = one_row(row) end
for at, bucket in ipairs(buckets) do answer[3][at] = one_bucket(bucket) end
return cmsgpack.pack(answer)
