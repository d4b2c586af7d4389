local function step()
  append(a.drafts)
  if a.pause then
    redis.call("HSET", key("state"), "pause", a.pause)
  else
    redis.call("HDEL", key("state"), "pause")
  end
  return "1"
end
