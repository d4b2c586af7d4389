-- A flight's start. Whoever comes second leaves a mark, and the first goes round once more.
local function step()
  local flight = key("flight")
  for _, slot in ipairs({"respond", "conclude"}) do
    if get("flight", slot) == a.flight then
      redis.call("HDEL", flight, slot)
    end
  end
  local holder = get("flight", "holder")
  if holder ~= a.flight then
    if airborne() then
      redis.call("HSET", flight, "mark", "1")
      return "0"
    end
    redis.call("HDEL", flight, "mark")
  end
  redis.call("HSET", flight, "holder", a.flight, "until", whole(now + a.lease))
  return "1"
end
