local lease = a.prefix .. ":lease:" .. a.name
local holder = redis.call("GET", lease)
if holder and holder ~= a.holder then
  return "0"
end
if a.milliseconds == 0 then
  redis.call("DEL", lease)
  return "1"
end
redis.call("SET", lease, a.holder, "PX", a.milliseconds)
return "1"
