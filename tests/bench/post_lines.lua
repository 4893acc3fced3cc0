-- POSTs a body that takes one line of a file each time.
local lines, n = {}, 0
local body = os.getenv("BENCH_BODY")
local headers = { ["Authorization"] = os.getenv("BENCH_BASIC"),
  ["Content-Type"] = "application/x-www-form-urlencoded", ["Host"] = os.getenv("BENCH_HOST") }
local path = os.getenv("BENCH_PATH")

function init(args)
  local file = os.getenv("BENCH_LINES")
  if file then for line in io.lines(file) do lines[#lines + 1] = line end else lines[1] = "" end
end

function request()
  n = n % #lines + 1
  return wrk.format("POST", path, headers, body .. lines[n])
end

refused = 0
function response(status, _, answer)
  if status ~= 200 or answer == '{"active":false}' then
    refused = refused + 1
    if refused <= 2 then io.stderr:write("unexpected answer ", status, " ", answer, "\n") end
  end
end
