redis.call("SET", a.prefix .. ":memory:" .. a.name, a.text)
return "1"
