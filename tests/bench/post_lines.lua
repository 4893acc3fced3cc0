-- POSTs a body that takes one line of a file each time. Tokens that come back go to a file, where one is named.
local lines, n = {}, 0
local body = os.getenv("BENCH_BODY")
local headers = { ["Authorization"] = os.getenv("BENCH_BASIC"),
  ["Content-Type"] = "application/x-www-form-urlencoded", ["Host"] = os.getenv("BENCH_HOST") }
local path = os.getenv("BENCH_PATH")

function init(args)
  local file = os.getenv("BENCH_LINES")
  local to = os.getenv("BENCH_TOKENS_TO")
  if to then tokens_to = io.open(to, "a") end
  if file then for line in io.lines(file) do lines[#lines + 1] = line end else lines[1] = "" end
end

function request()
  n = n % #lines + 1
  return wrk.format("POST", path, headers, body .. lines[n])
end

refused = 0
function response(status, _, answer)
  if tokens_to then
    local token = answer:match('"access_token":"([^"]+)"')
    if token then tokens_to:write(token, "\n") end
  end
  if status ~= 200 or answer == '{"active":false}' then
    refused = refused + 1
    if refused <= 2 then io.stderr:write("unexpected answer ", status, " ", answer, "\n") end
  end
end
