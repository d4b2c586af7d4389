-- What RQ enqueued in this very transaction, kept or taken back: nobody saw it yet.
local kept = {}

local function keep(offer)
  kept[offer] = true
end

-- RQ pushed the ids in the order of the offers, so each is the last of its name in the list.
local function withdraw()
  for place = #a.offers, 1, -1 do
    local id = a.offers[place]
    if not kept[id] then
      redis.pcall("LREM", a.queue, -1, id)
      redis.call("DEL", a.jobs .. id)
    end
  end
end

-- EXEC goes on after a command that failed: what RQ could not enqueue must not be recorded either.
local function demand_offers()
  for _, id in ipairs(a.offers) do
    if not redis.call("LPOS", a.queue, id, "RANK", -1, "MAXLEN", #a.offers) then
      error("RQ could not enqueue " .. id)
    end
  end
end

-- A job between queue and worker: RQ moves it at once, unless its worker died just then.
local function lately_moved(id)
  if not redis.call("LPOS", a.queue .. ":intermediate", id) then
    return false
  end
  local moved = a.prefix .. ":moved"
  redis.call("ZREMRANGEBYSCORE", moved, "-inf", whole(now - 86400000000))
  redis.call("ZADD", moved, "NX", whole(now), id)
  return now - tonumber(redis.call("ZSCORE", moved, id)) < STUCK
end

local function queued(id)
  return redis.call("LPOS", a.queue, id) and true
end

local function waits(id)
  return queued(id) or lately_moved(id)
end
