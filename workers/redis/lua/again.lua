-- A round's end. A flight whose lease ran out is still its own until another takes it.
local function step()
  if get("flight", "holder") ~= a.flight then
    return "0"
  end
  if redis.call("HDEL", key("flight"), "mark") == 1 then
    redis.call("HSET", key("flight"), "until", whole(now + a.lease))
    return "1"
  end
  redis.call("HDEL", key("flight"), "holder", "until")
  return "0"
end
