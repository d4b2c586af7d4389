-- A repeated offer's id carries a suffix, so ids are compared without it. Both lists are read once, however
-- many jobs are asked for: to look for each of them in a long queue would hold up everybody.
local function named(list)
  local names = {}
  for _, id in ipairs(redis.call("LRANGE", list, 0, -1)) do
    names[(string.gsub(id, "_again%d+$", ""))] = id
  end
  return names
end

local queue, moved = named(a.queue), named(a.queue .. ":intermediate")
local found = {}
for _, job in ipairs(a.asked) do
  if queue[job] or (moved[job] and lately_moved(moved[job])) then
    found[#found + 1] = job
  end
end
return found
