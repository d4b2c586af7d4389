-- Runs `step` once for a token, however often a client whose reply was lost repeats it, and takes
-- back what RQ enqueued for a step that did not want it, was done before, or failed. A step that returns
-- nothing did nothing, and may be asked for again.
local function refusal(problem)
  local text = type(problem) == "table" and problem.err or tostring(problem)
  for _, code in ipairs({"READONLY", "OOM", "NOREPLICAS", "MISCONF", "NOPERM"}) do
    if string.find(text, code .. " ", 1, true) then
      return redis.error_reply(code .. " " .. text)
    end
  end
  return redis.error_reply("STEP " .. text)
end

local done = a.prefix .. ":done:" .. a.token
local before = redis.call("GET", done)
if before then
  withdraw()
  return before
end
local well, result = pcall(function()
  demand_offers()
  return step()
end)
if not well then
  kept = {}
  withdraw()
  return refusal(result)
end
withdraw()
if result then
  redis.call("SET", done, result, "EX", 120)
end
return result
