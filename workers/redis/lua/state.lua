-- Of one cluster after the other: `key` goes by a.cluster.
local function all(kind)
  return redis.call("HGETALL", key(kind))
end

local states = {}
for place, cluster in ipairs(a.clusters) do
  a.cluster = cluster
  local holder = airborne() and get("flight", "holder") or ""
  local asked, ending = get("flight", "respond") or "", get("flight", "conclude") or ""
  states[place] = {whole(now), holder, asked, ending, all("state"), all("hosts"), all("assigned"),
    all("beats")}
end
return states
