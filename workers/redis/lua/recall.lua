return redis.call("GET", a.prefix .. ":memory:" .. a.name)
