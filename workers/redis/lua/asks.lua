-- Who may be asked for, and when once is enough.
local function airborne()
  return get("flight", "holder") and now < tonumber(get("flight", "until") or "0")
end

-- A respond taken from the queue a moment ago may not have begun yet: it will look after us.
local function respond_asked()
  local asked = get("flight", "respond")
  if not asked then
    return false
  end
  return now - tonumber(get("flight", "respond_at")) < STUCK or waits(asked)
end

local function ask_respond(offer)
  if respond_asked() then
    return
  end
  if airborne() then
    redis.call("HSET", key("flight"), "mark", "1")
    return
  end
  redis.call("HSET", key("flight"), "respond", offer, "respond_at", whole(now))
  keep(offer)
end

local function ask_conclude(offer)
  local asked = get("flight", "conclude")
  if asked and waits(asked) then
    return
  end
  redis.call("HSET", key("flight"), "conclude", offer)
  keep(offer)
end
