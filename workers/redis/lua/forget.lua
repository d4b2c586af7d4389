local function step()
  append(a.drafts)
  for _, host in ipairs(a.hosts) do
    redis.call("HDEL", key("hosts"), host)
  end
  return "1"
end
