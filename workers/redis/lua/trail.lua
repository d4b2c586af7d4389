-- The chain: without it, an entry could be changed, dropped or doubled and nobody would see.
local GENESIS = string.rep("0", 64)

-- True the first time something is seen; remembered for longer than a hook may spool.
local function first_time(what)
  local mark = key("seen") .. ":" .. redis.sha1hex(what)
  return redis.call("SET", mark, "1", "NX", "EX", a.remember) and true or false
end

-- Where each incident's entries stand, so that nobody has to read a whole trail for one of them.
local function index(incident, number)
  redis.call("ZADD", key("incidents"), "NX", number, incident)
  redis.call("HSET", key("reaches"), incident, number)
end

-- Whoever follows many trails asks first whether any has moved (heads.py).
local function append(drafts)
  local before = tonumber(get("head", "seq") or "0")
  local seq = before
  local prev = get("head", "hash") or GENESIS
  for _, draft in ipairs(drafts or {}) do
    if first_time("entry " .. draft.id) then
      seq = seq + 1
      local number, at = whole(seq), whole(now)
      local hash = sha256(prev .. "\n" .. number .. "\n" .. at .. "\n" .. draft.body)
      redis.call("XADD", key("trail"), number .. "-0", "seq", number, "at", at,
        "id", draft.id, "body", draft.body, "prev", prev, "hash", hash)
      redis.call("HSET", key("head"), "seq", number, "hash", hash, "at", at)
      if draft.incident then
        index(draft.incident, number)
      end
      prev = hash
    end
  end
  if seq > before then
    redis.call("SET", a.prefix .. ":memory:trails", whole(now))
  end
end
