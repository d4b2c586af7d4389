-- One text an entry: a client that reads field by field spends its time on the reply's many small parts.
local top = a.upto and whole(a.upto) .. "-0" or "+"
local found = redis.call("XRANGE", key("trail"), "(" .. a.after, top, "COUNT", a.count)
local page = {}
for place, entry in ipairs(found) do
  local told = {}
  for field = 1, #entry[2], 2 do
    told[entry[2][field]] = entry[2][field + 1]
  end
  local function say(name)
    return told[name] or ""
  end
  page[place] = table.concat({entry[1], say("seq"), say("at"), say("prev"), say("hash"), say("body")}, "\n")
end
return page
