-- Runs `step` once for a token, however often a client whose reply was lost repeats it, and takes
-- back what RQ enqueued for a step that did not want it, was done before, or failed.
local done = a.prefix .. ":done:" .. a.token
local before = redis.call("GET", done)
if before then
  withdraw()
  return before
end
local well, result = pcall(step)
if not well then
  kept = {}
  withdraw()
  return redis.error_reply("STEP " .. (type(result) == "table" and result.err or tostring(result)))
end
withdraw()
redis.call("SET", done, result, "EX", 120)
return result
