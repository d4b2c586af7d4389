local function step()
  append(a.drafts)
  ask_respond(a.respond)
  return "1"
end
