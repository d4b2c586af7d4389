-- A job put back for another worker: it gives up the place it was taken from the queue with.
local function step()
  for _, slot in ipairs({"respond", "conclude"}) do
    if a.flight and get("flight", slot) == a.flight then
      redis.call("HDEL", key("flight"), slot)
    end
  end
  if a.respond then
    ask_respond(a.respond)
  elseif a.conclude then
    ask_conclude(a.conclude)
  else
    keep(a.offers[1])
  end
  return "1"
end
