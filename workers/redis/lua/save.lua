-- What a round decided. A job id is handed out once: repeating it assigns and enqueues nothing.
local function hand_out(job)
  if not first_time("job " .. job.id) then
    return
  end
  for _, pair in ipairs(job.hosts) do
    redis.call("HSET", key("assigned"), pair.host, pair.text)
    redis.call("HSET", key("beats"), pair.host, whole(now) .. " 0")
  end
  keep(job.offer)
end

local function step()
  if get("flight", "holder") ~= a.flight then
    return "0"
  end
  append(a.drafts)
  if a.incident then
    redis.call("HSET", key("state"), "incident", a.incident)
  end
  if a.settled then
    redis.call("HDEL", key("state"), "incident")
    redis.call("HSET", key("state"), "settled", a.settled)
  end
  for _, job in ipairs(a.handed) do
    hand_out(job)
  end
  if a.conclude then
    ask_conclude(a.conclude)
  end
  return "1"
end
