-- A job's results. Whoever closes the last open assignment asks for the conclusion.
local function outdated(record)
  local held = get("hosts", record.host)
  if not held then
    return false
  end
  held = cjson.decode(held)
  return held.epoch > record.epoch or (held.epoch == record.epoch and held.attempt > record.attempt)
end

local function closes(host)
  local given = get("assigned", host)
  return given and cjson.decode(given).job == a.job
end

local function step()
  append(a.drafts)
  local closed = 0
  for _, record in ipairs(a.records) do
    if not outdated(record) then
      redis.call("HSET", key("hosts"), record.host, record.text)
    end
    if closes(record.host) then
      redis.call("HDEL", key("beats"), record.host)
      closed = closed + redis.call("HDEL", key("assigned"), record.host)
    end
  end
  if closed > 0 and redis.call("HLEN", key("assigned")) == 0 then
    ask_conclude(a.conclude)
  end
  return "1"
end
