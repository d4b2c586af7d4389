-- A repeated offer's id carries a suffix, so ids are compared without it.
local names = {}
for _, list in ipairs({a.queue, a.queue .. ":intermediate"}) do
  for _, id in ipairs(redis.call("LRANGE", list, 0, -1)) do
    names[(string.gsub(id, "_again%d+$", ""))] = id
  end
end
local found = {}
for _, job in ipairs(a.asked) do
  if names[job] and waits(names[job]) then
    found[#found + 1] = job
  end
end
return found
