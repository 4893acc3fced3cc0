-- Code flows with a live session: authorize, then token. One flow is two requests.
local codes, cookies = {}, {}
local n = 0

function init(args)
  for line in io.lines(os.getenv("BENCH_COOKIES")) do cookies[#cookies + 1] = line end
  math.randomseed(os.time())
  wrk.headers["Host"] = os.getenv("BENCH_HOST")
end

local authorize = os.getenv("BENCH_AUTHORIZE")
local token_body = os.getenv("BENCH_TOKEN_BODY")
local basic = os.getenv("BENCH_BASIC")
local base = os.getenv("BENCH_BASE") or ""

function request()
  local code = table.remove(codes)
  if code then
    return wrk.format("POST", base .. "/oauth2/token",
      { ["Authorization"] = basic, ["Content-Type"] = "application/x-www-form-urlencoded", ["Host"] = wrk.headers["Host"] },
      token_body .. "&code=" .. code)
  end
  n = n % #cookies + 1
  return wrk.format("GET", authorize, { ["Cookie"] = cookies[n], ["Host"] = wrk.headers["Host"] })
end

refused = 0
function response(status, headers, body)
  local location = headers["location"] or headers["Location"]
  local code = location and location:match("[?&]code=([^&]+)")
  if code then codes[#codes + 1] = code
  elseif status ~= 200 then
    refused = refused + 1
    if refused <= 2 then io.stderr:write("unexpected answer ", status, " ", location or body, "\n") end
  end
end
