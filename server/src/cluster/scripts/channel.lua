-- Functions that all scripts of a channel share; this file is prepended to each of them.
-- Fields of a channel's state: epoch; version (of the member list); newest (id); said (number of entries ever
-- appended); bytes and oldest (of the stream); hidden (clients do not see entries up to this id); row, settings and
-- history (in force at the last use).

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function ms_of(id)
  return tonumber(string.match(id, '^(%d+)-') or 0)
end

-- Returns whether an id is greater than another one, which may be '' for none.
local function is_after(id, other)
  if other == '' then return true end
  local ms, other_ms = ms_of(id), ms_of(other)
  if ms ~= other_ms then return ms > other_ms end
  return tonumber(string.match(id, '-(%d+)$')) > tonumber(string.match(other, '-(%d+)$'))
end

-- Deletes the history. The new epoch tells clients that they may have missed messages.
local function erase(state, said, epoch)
  redis.call('DEL', said)
  redis.call('HDEL', state, 'newest', 'said', 'bytes', 'oldest', 'hidden')
  redis.call('HSET', state, 'epoch', epoch)
end

-- Hides all entries from clients except the newest ones.
local function hide_all_but(shown, state, said)
  local hidden = redis.call('HGET', state, 'hidden')
  local after = hidden and hidden ~= '' and '(' .. hidden or '-'
  local kept = redis.call('XREVRANGE', said, '+', after, 'COUNT', shown + 1)
  if kept[shown + 1] then redis.call('HSET', state, 'hidden', kept[shown + 1][1]) end
end

-- Applies a row to the channel. Deletes entries that were appended under another row, and hides those that a smaller
-- history did not show. Returns false to a server with older settings than those that closed the channel or changed its
-- row.
local function follow_row(state, said, epoch, name, settings, history, lowered, lowest)
  local known = redis.call('HMGET', state, 'row', 'settings', 'history')
  local at = tonumber(known[2] or 0)
  if known[1] and at > tonumber(settings) then return known[1] == name end
  if known[1] == name and at == tonumber(settings) then return true end
  if known[1] == name then
    local shown = tonumber(known[3])
    if tonumber(lowered) > at then shown = math.min(shown, tonumber(lowest)) end
    if shown < tonumber(history) then hide_all_but(shown, state, said) end
  elseif redis.call('EXISTS', said) == 1 then
    erase(state, said, epoch)
  end
  redis.call('HSET', state, 'row', name, 'settings', settings, 'history', history)
  return true
end

-- Returns the number of entries of a stream, their bytes, and the oldest id.
local function measure(said, bytes, oldest, hidden)
  local log = { count = redis.call('XLEN', said), bytes = tonumber(bytes), oldest = oldest, hidden = hidden or '' }
  if log.count == 1 or log.count > 0 and (not log.bytes or not oldest or oldest == '') then
    log.bytes = 0
    local entries = redis.call('XRANGE', said, '-', '+')
    for _, entry in ipairs(entries) do log.bytes = log.bytes + #entry[2][2] end
    log.oldest = entries[1][1]
  end
  return log
end

-- Removes the oldest entries: all before a time, then as many as exceed the bounds. The bounds never remove the newest
-- entry.
local function trim(said, log, keep, max_bytes, first_ms)
  while log.count > 0 do
    local is_full = log.count > keep or log.bytes > max_bytes
    if ms_of(log.oldest) >= first_ms and (log.count == 1 or not is_full) then return end
    local entries = redis.call('XRANGE', said, '-', '+', 'COUNT', 2)
    local id = entries[1][1]
    if id ~= log.oldest then
      -- Older entries were removed by hand.
      log.oldest = id
    else
      redis.call('XDEL', said, id)
      log.count, log.bytes = log.count - 1, log.bytes - #entries[1][2][2]
      log.oldest = entries[2] and entries[2][1] or ''
      if is_after(id, log.hidden) then log.hidden = id end
    end
  end
end

-- Stores the outcome of a message with an idempotency key for a while. The keys of a channel and of all channels are
-- bounded: above a bound, the oldest one is removed.
local function remember(key, outcome, known_ms, lists, bounds)
  redis.call('SET', key, outcome, 'PX', known_ms)
  local now = now_ms()
  for index, list in ipairs(lists) do
    local count = redis.call('RPUSH', list, string.format('%.0f ', now) .. key)
    redis.call('PEXPIRE', list, known_ms)
    -- Each new key removes up to two old names, so that the names of expired keys do not accumulate.
    for _ = 1, 2 do
      local first = redis.call('LINDEX', list, 0)
      local at, name = string.match(first, '^(%d+) (.*)$')
      local is_over = count > tonumber(bounds[index])
      if not is_over and at + known_ms > now then break end
      redis.call('LPOP', list)
      count = count - 1
      if is_over then redis.call('DEL', name) end
    end
  end
end

