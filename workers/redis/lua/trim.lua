-- Whether entry `through` is the one that was exported; an entry that is gone was dropped before.
local function agrees()
  local found = redis.call("XRANGE", key("trail"), a.through .. "-0", a.through .. "-0")[1]
  if not found then
    return false
  end
  for place = 1, #found[2], 2 do
    if found[2][place] == "hash" then
      return found[2][place + 1] == a.head
    end
  end
  return false
end

local function prune()
  local old = redis.call("ZRANGEBYSCORE", key("incidents"), "-inf", a.through)
  for _, incident in ipairs(old) do
    if tonumber(get("reaches", incident) or "0") <= a.through then
      redis.call("ZREM", key("incidents"), incident)
      redis.call("HDEL", key("reaches"), incident)
    end
  end
end

local function step()
  if not agrees() then
    return "0"
  end
  append(a.drafts)
  redis.call("XTRIM", key("trail"), "MINID", "=", whole(a.through + 1) .. "-0")
  prune()
  return "1"
end
