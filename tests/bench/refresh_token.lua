-- Refreshes with rotation: every answer's token is the next request's.
local tokens = {}
local body = os.getenv("BENCH_TOKEN_BODY")
local headers = { ["Authorization"] = os.getenv("BENCH_BASIC"),
  ["Content-Type"] = "application/x-www-form-urlencoded", ["Host"] = os.getenv("BENCH_HOST") }
local path = (os.getenv("BENCH_BASE") or "") .. "/oauth2/token"

function init(args)
  for line in io.lines(os.getenv("BENCH_TOKENS")) do tokens[#tokens + 1] = line end
end

function request()
  local token = table.remove(tokens, 1)
  return wrk.format("POST", path, headers, body .. "&refresh_token=" .. (token or "ran-out"))
end

refused = 0
function response(status, _, answer)
  local token = answer:match('"refresh_token":"([^"]+)"')
  if token then tokens[#tokens + 1] = token
  else
    refused = refused + 1
    if refused <= 2 then io.stderr:write("unexpected answer ", status, " ", answer, "\n") end
  end
end
