-- Who may be asked for, and when once is enough.
local function airborne()
  return get("flight", "holder") and now < tonumber(get("flight", "until") or "0")
end

-- A respond taken from the queue a moment ago may not have begun yet: it will look after us. One whose
-- worker died on the way is waited for no longer than STUCK from its asking; another one more is harmless.
local function respond_asked()
  local asked = get("flight", "respond")
  if not asked then
    return false
  end
  return now - tonumber(get("flight", "respond_at")) < STUCK or queued(asked)
end

-- Whether this asking set something going; else a respond is on its way already.
local function ask_respond(offer)
  if respond_asked() then
    return false
  end
  if airborne() then
    redis.call("HSET", key("flight"), "mark", "1")
    return true
  end
  redis.call("HSET", key("flight"), "respond", offer, "respond_at", whole(now))
  keep(offer)
  return true
end

local function ask_conclude(offer)
  local asked = get("flight", "conclude")
  if asked and waits(asked) then
    return
  end
  redis.call("HSET", key("flight"), "conclude", offer)
  keep(offer)
end
