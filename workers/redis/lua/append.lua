local function step()
  append(a.drafts)
  return "1"
end
