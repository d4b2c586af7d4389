-- The draft's id is the event's identity: an id that was heard asks for nothing.
local function step()
  local mark = key("seen") .. ":" .. redis.sha1hex("entry " .. a.drafts[1].id)
  if redis.call("EXISTS", mark) == 1 then
    return "0"
  end
  append(a.drafts)
  ask_respond(a.respond)
  return "1"
end
