-- The trail's two ends and the server's own words in one step: between two of them it might fail over.
local function said(section)
  local answer = redis.pcall("INFO", section)
  return type(answer) == "string" and answer or ""
end

local oldest = redis.call("XRANGE", key("trail"), "-", "+", "COUNT", 1)[1]
local first = oldest and string.match(oldest[1], "^%d+") or "0"
return {whole(now), first, get("head", "seq") or "", get("head", "hash") or "",
  get("head", "at") or "", said("server") .. "\r\n" .. said("replication")}
