for _, host in ipairs(a.hosts) do
  local given = get("assigned", host)
  if given and cjson.decode(given).job == a.job then
    redis.call("HSET", key("beats"), host, whole(now) .. " 1")
  end
end
return "1"
