local function all(kind)
  return redis.call("HGETALL", key(kind))
end
local holder = airborne() and get("flight", "holder") or ""
return {whole(now), holder, all("state"), all("hosts"), all("assigned"), all("beats")}
