local function step()
  append(a.drafts)
  return ask_respond(a.respond) and "1" or "0"
end
