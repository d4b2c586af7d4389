-- What every step stands on: its arguments, the one clock, the names of the keys.
if redis.replicate_commands then
  redis.replicate_commands()
end
local a = cjson.decode(ARGV[1])
local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]
local STUCK = 5000000

-- tostring would write 1.7e+15.
local function whole(number)
  return string.format("%.0f", number)
end

-- The kind stands first and the cluster last, so that no cluster's name can look like a kind.
local function key(kind)
  return a.prefix .. ":" .. kind .. ":" .. a.cluster
end

local function get(kind, field)
  return redis.call("HGET", key(kind), field) or nil
end
