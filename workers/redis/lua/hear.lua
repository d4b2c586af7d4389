-- The draft's id is the event's identity: an id that was heard asks for nothing. Who brought no offer along,
-- and would need one, is told so by nothing at all, and nothing was done.
local function step()
  local mark = key("seen") .. ":" .. redis.sha1hex("entry " .. a.drafts[1].id)
  if redis.call("EXISTS", mark) == 1 then
    return "0"
  end
  if not a.respond and not respond_asked() and not airborne() then
    return nil
  end
  append(a.drafts)
  ask_respond(a.respond)
  return "1"
end
