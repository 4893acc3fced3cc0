"""What `script/bench` measures, and the table that it prints. Standard library only."""

import argparse
import base64
import hashlib
import html
import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

ROOT = Path(__file__).resolve().parents[2]
BINARY = ROOT / "target/release/chancery"
CEILING = ROOT / "target/release/examples/ceiling"
LUA = ROOT / "tests/bench"
WORK = Path(os.environ["BENCH_FOLDER"])
POSTGRES_PID = int(os.environ["BENCH_POSTGRES_PID"])
CORES = os.cpu_count() or 1
SERVER_CORE = ["taskset", "-c", "0"] if CORES > 1 else []
LOAD_CORE = ["taskset", "-c", "1"] if CORES > 1 else []
CONNECTIONS = 64
API = "https://api.example.test"
CALLBACK = "https://app.example.test/callback"
SECRET = "bench-secret-bench-secret-bench-secret"
PASSWORD = "correct horse battery staple"
VERIFIER = "bench-verifier-bench-verifier-bench-verifier-bench"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def basic(client_id):
    return "Basic " + base64.b64encode(f"{client_id}:{SECRET}".encode()).decode()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# --- the data -------------------------------------------------------------------------------------

PEOPLE = 64


def world(people):
    code = '["authorization_code", "refresh_token"]'
    web = "\n".join(
        f'''[[client]]
client_id = "{name}"
client_name = "{name}"
client_secret = "{SECRET}"
redirect_uris = ["{CALLBACK}"]
grant_types = {code}
scope = "openid profile offline_access read write"
resources = ["{API}"]
id_token_signed_response_alg = "{algorithm}"
first_party = true
'''
        for name, algorithm in [("web-es256", "ES256"), ("web-rs256", "RS256")]
    )
    users = "\n".join(f'[[user]]\nusername = "person{n}"\npassword = "{PASSWORD}"\n' for n in range(people))
    return f'''
[[resource]]
identifier = "{API}"
name = "Example API"
scopes = {{ read = "Read your things", write = "Change your things" }}
access_token_lifetime = "1h"
resource_server = "api"

[[client]]
client_id = "api"
client_name = "Example API"
client_secret = "{SECRET}"
grant_types = ["client_credentials"]
response_types = []

[[client]]
client_id = "service"
client_name = "Service"
client_secret = "{SECRET}"
grant_types = ["client_credentials"]
response_types = []
scope = "read write"
resources = ["{API}"]

{web}
{users}
'''


def psql(statement):
    subprocess.run(["psql", "-qX", os.environ["DATABASE_URL"], "-v", "ON_ERROR_STOP=1", "-c", statement], check=True)


def fill(clients, grants):
    steps = 20
    # Nobody signs in as them; without them, all grants would be of the few who do, and so would the indexes.
    psql(f"""
        insert into user_account (id, username, created_at, updated_at)
        select gen_random_uuid(), 'filler-' || n, now(), now() from generate_series(1, {grants} / 20) n""")
    for step in range(steps):
        progress("clients and grants", step, steps)
        lo, hi = clients * step // steps, clients * (step + 1) // steps
        psql(f"""
            with made as (
                insert into client (key, client_id, metadata, standing_grant_id, created_at, updated_at)
                select gen_random_uuid(), 'filler-' || n, (select metadata from client where client_id = 'service'),
                       gen_random_uuid(), now(), now() from generate_series({lo}, {hi} - 1) n
                returning key, standing_grant_id)
            insert into grants (id, kind, client_key, created_at) select standing_grant_id, 'standing', key, now() from made""")
        lo, hi = grants * step // steps, grants * (step + 1) // steps
        psql(f"""
            with people as (select array_agg(id) ids from user_account)
            insert into grants (id, kind, client_key, user_id, user_epoch, session_id, pairs, created_at, expires_at,
                                parent_id)
            select gen_random_uuid(), 'authorization_code', client.key,
                   people.ids[1 + n % array_length(people.ids, 1)], 1, gen_random_uuid(), '[["{API}", "read"]]',
                   now(), now() + interval '30 days', client.standing_grant_id
            from people, client, generate_series({lo}, {hi} - 1) n where client.client_id = 'web-es256'""")
    progress("clients and grants", steps, steps)
    # Only what was filled: the others are as empty as on a new server, and their plans must not come from that.
    psql("vacuum analyze client, grants, user_account")


def progress(what, done, total):
    width = 30
    bar = "#" * (width * done // total)
    end = "\n" if done == total else ""
    print(f"\r    {what} [{bar:<{width}}] {100 * done // total:3d} %", end=end, flush=True)


# --- processes ------------------------------------------------------------------------------------

class Server:
    def __init__(self, port):
        self.port = port
        self.issuer = f"http://127.0.0.1:{port}"
        management = free_port()
        self.environment = {
            **os.environ,
            "CHANCERY__SERVER__ISSUER": self.issuer,
            "CHANCERY__SERVER__LISTEN": f"127.0.0.1:{port}",
            "CHANCERY__SERVER__MANAGEMENT_LISTEN": f"127.0.0.1:{management}",
            # Few people sign in very often here, from one address: that is no guessing.
            "CHANCERY__THROTTLE__FREE_ATTEMPTS": "100",
            "CHANCERY__SECRETS__SEALING_KEYS": "1:" + base64.b64encode(hashlib.sha256(b"bench").digest()).decode(),
        }

    def command(self, *arguments):
        subprocess.run([BINARY, *arguments], check=True, env=self.environment, stdout=subprocess.DEVNULL)

    def start(self):
        """Starts it and returns the milliseconds until its first answer."""
        begun = time.perf_counter()
        log = open(WORK / "server.log", "ab")
        self.process = subprocess.Popen([*SERVER_CORE, BINARY, "serve"], env=self.environment, stdout=log, stderr=log)
        while True:
            try:
                status = get(self.port, "/.well-known/openid-configuration")[0]
                if status == 200:
                    return 1000 * (time.perf_counter() - begun)
            except OSError:
                pass
            if self.process.poll() is not None:
                sys.exit(f"the server did not start; see {WORK}/server.log")
            time.sleep(0.002)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=15)


def start_ceiling(port):
    process = subprocess.Popen([*SERVER_CORE, CEILING, f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL)
    while True:
        try:
            get(port, "/bare/1")
            return process
        except OSError:
            time.sleep(0.01)


def cpu_seconds(root):
    """User and system time of a process and of all that it started and that still runs."""
    total, ticks = 0, os.sysconf("SC_CLK_TCK")
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(entry.name) == root:
            total += int(fields[11]) + int(fields[12]) + int(fields[13]) + int(fields[14])
        elif int(fields[1]) == root:
            total += int(fields[11]) + int(fields[12])
    return total / ticks


def resident(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


# --- requests -------------------------------------------------------------------------------------

def request(port, method, path, headers=None, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, answer.headers, text


def get(port, path, headers=None):
    return request(port, "GET", path, headers)


def form(port, path, fields, headers=None):
    return request(port, "POST", path, {**FORM, **(headers or {})}, urlencode(fields))


def cookies_of(headers, known=()):
    jar = dict(known)
    for line in headers.get_all("Set-Cookie") or []:
        name, value = line.split(";")[0].split("=", 1)
        jar[name] = value
    return jar


def cookie_header(jar):
    return "; ".join(f"{name}={value}" for name, value in jar.items())


def login_form(port):
    """The sign-in page's hidden fields, and the cookies that belong to them."""
    status, headers, page = get(port, "/login")
    assert status == 200, f"/login answered {status}"
    fields = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="hidden"' in tag:
            fields[name[1]] = html.unescape(value[1]) if value else ""
    return fields, cookies_of(headers)


def sign_in(port, username):
    fields, jar = login_form(port)
    fields |= {"username": username, "password": PASSWORD}
    status, headers, page = form(port, "/login", fields, {"Cookie": cookie_header(jar)})
    assert status == 303, f"signing in answered {status}: {page[:300]}"
    return cookie_header(cookies_of(headers, jar.items()))


def authorize_path(client_id, scope, resource=None):
    query = {
        "response_type": "code", "client_id": client_id, "redirect_uri": CALLBACK, "scope": scope, "state": "s",
        "nonce": "n", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }
    if resource:
        query["resource"] = resource
    return "/oauth2/authorize?" + urlencode(query, quote_via=quote)


def token_body():
    return urlencode({"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER})


def refresh_tokens(port, cookies, count):
    tokens = []
    path = authorize_path("web-es256", "offline_access read", API)
    for n in range(count):
        status, headers, page = get(port, path, {"Cookie": cookies[n % len(cookies)]})
        code = parse_qs(urlsplit(headers["Location"] or "").query).get("code")
        assert code, f"authorize answered {status}: {headers['Location']} {page[:300]}"
        answer = request(port, "POST", "/oauth2/token", {**FORM, "Authorization": basic("web-es256")},
                         token_body() + "&code=" + code[0])
        tokens.append(re.search(r'"refresh_token":"([^"]+)"', answer[2])[1])
    return tokens


def access_tokens(port, count):
    """Fetched by the load generator: one after the other, each would wait for a commit of its own."""
    file = WORK / "tokens"
    file.write_text("")
    fetched = 0
    while fetched < count:
        progress("access tokens", fetched, count)
        cc = {"BENCH_BASIC": basic("service"), "BENCH_BODY": "grant_type=client_credentials",
              "BENCH_PATH": "/oauth2/token", "BENCH_TOKENS_TO": str(file)}
        outcome(wrk(port, "/", 2, "post_lines.lua", cc))
        before, fetched = fetched, file.read_text().count("\n")
        assert fetched > before, "no access tokens were issued"
    progress("access tokens", count, count)
    tokens = file.read_text().splitlines()[:count]
    file.write_text("\n".join(tokens) + "\n")
    return tokens


# --- load -----------------------------------------------------------------------------------------

UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}


def milliseconds(text):
    number, unit = re.match(r"([\d.]+)(\w+)", text).groups()
    return float(number) * UNITS[unit]


def wrk(port, path, seconds, script=None, environment=None, connections=CONNECTIONS, pin=True):
    arguments = [*(LOAD_CORE if pin else []), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
                 "--timeout", "20s"]
    if script:
        arguments += ["-s", str(LUA / script)]
    arguments.append(f"http://127.0.0.1:{port}{path}")
    return subprocess.Popen(arguments, env={**os.environ, "BENCH_HOST": f"127.0.0.1:{port}", **(environment or {})},
                            stdout=subprocess.PIPE, text=True)


def outcome(process):
    text = process.communicate()[0]
    found = {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])}
    for percentile in ("50", "99"):
        match = re.search(rf"{percentile}%\s+([\d.]+\w+)", text)
        found["p" + percentile] = milliseconds(match[1]) if match else float("nan")
    found["requests"] = int(re.search(r"(\d+) requests in", text)[1])
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    found["failed"] = int(failed[1]) if failed else 0
    errors = re.search(r"Socket errors: (.*)", text)
    found["errors"] = errors[1] if errors else ""
    return found


class Table:
    def __init__(self, server, options):
        self.server, self.seconds = server, options.seconds
        self.only = [word for word in options.only.split(",") if word]
        self.profile = options.profile
        self.rows = []

    def measure(self, name, port, path, pid, script=None, environment=None, per=1, against=None, reach=None):
        if self.only and against and not any(word in name for word in self.only):
            return None
        environment = environment or {}
        # What a run spends, the next one cannot: where there is a second set, it is for warming up.
        warm = {**environment, "BENCH_TOKENS": environment["BENCH_TOKENS"] + ".warm"} if "BENCH_TOKENS" in environment else environment
        outcome(wrk(port, path, 2, script, warm))
        before = cpu_seconds(pid), cpu_seconds(POSTGRES_PID)
        load = wrk(port, path, self.seconds, script, environment)
        if self.profile:
            self.record(name, pid)
        result = outcome(load)
        cpu = [1e6 * (after - b) / result["requests"] * per
               for after, b in zip((cpu_seconds(pid), cpu_seconds(POSTGRES_PID)), before)]
        rate = result["rate"] / per
        ratio = f"{rate / against:.2f}" if against else ""
        self.rows.append((name, f"{rate:,.0f}", ratio, reach or "", f"{result['p50']:.1f}", f"{result['p99']:.1f}",
                          f"{cpu[0]:.0f} + {cpu[1]:.0f}", f"{resident(pid):.0f}",
                          f"{result['failed']} refused" if result["failed"] else result["errors"]))
        print("    " + " | ".join(cell for cell in self.rows[-1] if cell), flush=True)
        return rate

    def record(self, name, pid):
        """Where the time of the server's core goes: `perf report -i FILE --sort comm,symbol` tells."""
        file = WORK / (re.sub(r"\W+", "-", name) + ".perf")
        subprocess.run(["perf", "record", "-q", "-F", "997", "-e", "cpu-clock", "-g", "-o", str(file), *(["-a", "-C", "0"] if SERVER_CORE else ["-p", str(pid)]), "--",
                        "sleep", str(max(1, self.seconds - 2))], check=False, stderr=subprocess.DEVNULL)
        print(f"    profile: {file}")

    def show(self):
        head = ("what", "per second", "of its ceiling", "reach", "p50 ms", "p99 ms", "CPU µs (ours + PostgreSQL)", "MB", "")
        widths = [max(len(row[i]) for row in [head, *self.rows]) for i in range(len(head))]
        for row in [head, tuple("-" * w for w in widths), *self.rows]:
            print("| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths)) + " |")


def sign_in_storm(server, seconds):
    """500 people who sign in at once with the right password, and what JWKS and tokens have to say meanwhile."""
    fields, jar = login_form(server.port)
    fields |= {"password": PASSWORD}
    (WORK / "login.lua").write_text(
        f'local body = "{urlencode(fields)}&username=person"\nlocal n = 0\n'
        'wrk.method = "POST"\n'
        f'wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"\n'
        f'wrk.headers["Cookie"] = "{cookie_header(jar)}"\n'
        f'function request() n = (n + 1) % {PEOPLE} return wrk.format(nil, nil, nil, body .. n) end\n'
        'local seen = {}\nfunction response(status) seen[status] = (seen[status] or 0) + 1\n'
        'local f = io.open(os.getenv("BENCH_SEEN"), "w") for s, n in pairs(seen) do f:write(s, ": ", n, "  ") end f:close() end\n')
    seen = WORK / "login.seen"
    storm = subprocess.Popen(
        [*LOAD_CORE, "wrk", "-t1", "-c500", f"-d{seconds + 2}s", "--latency", "--timeout", "20s", "-s",
         str(WORK / "login.lua"), f"http://127.0.0.1:{server.port}/login"],
        env={**os.environ, "BENCH_SEEN": str(seen)}, stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    cc = {"BENCH_BASIC": basic("service"), "BENCH_BODY": "grant_type=client_credentials", "BENCH_PATH": "/oauth2/token"}
    jwks = wrk(server.port, "/.well-known/jwks.json", seconds, connections=4)
    token = wrk(server.port, "/", seconds, "post_lines.lua", cc, connections=4)
    jwks, token = outcome(jwks), outcome(token)
    storm = outcome(storm)
    print(f"\n500 password sign-ins at once: {storm['rate']:,.0f} answers/s (status: count) {seen.read_text()}, "
          f"p99 {storm['p99']:,.0f} ms; meanwhile JWKS p99 {jwks['p99']:.1f} ms, tokens p99 {token['p99']:.1f} ms "
          f"(reach: 50 ms)")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=int, default=8)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--small", action="store_true", help="less data, for a quick look")
    arguments.add_argument("--profile", action="store_true", help="record each row with perf")
    options = arguments.parse_args()
    scale = 20 if options.small else 1
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / "server.log").write_bytes(b"")

    server = Server(free_port())
    server.command("migrate")
    (WORK / "world.toml").write_text(world(PEOPLE))
    server.command("apply", str(WORK / "world.toml"))
    fill(100_000 // scale, 1_000_000 // scale)
    server.start()
    server.stop()
    started = sorted(server.start() if n == 0 else (server.stop(), server.start())[1] for n in range(5))
    pid = server.process.pid
    time.sleep(1.5)
    idle = resident(pid)

    ceiling_port = free_port()
    ceiling = start_ceiling(ceiling_port)
    table = Table(server, options)
    cc = {"BENCH_BASIC": basic("service"), "BENCH_BODY": "grant_type=client_credentials", "BENCH_PATH": "/oauth2/token"}
    size = len(request(server.port, "POST", "/oauth2/token", {**FORM, "Authorization": basic("service")},
                       "grant_type=client_credentials")[2])
    documents = {path: len(get(server.port, path)[2]) for path in ("/.well-known/openid-configuration", "/.well-known/jwks.json")}

    print(f"\n{CORES} cores, {CONNECTIONS} connections, {options.seconds} s each", flush=True)
    bare = {}
    for path, length in documents.items():
        bare[path] = table.measure(f"ceiling: bare, {length} bytes", ceiling_port, f"/bare/{length}", ceiling.pid)
    sign = table.measure(f"ceiling: one ES256 signature, {size} bytes", ceiling_port, "/", ceiling.pid, "post_lines.lua",
                         {**cc, "BENCH_PATH": f"/sign/{size}"})
    table.measure("client_credentials, ES256, durable", server.port, "/", pid, "post_lines.lua", cc, against=sign, reach="0.60")

    tokens = access_tokens(server.port, 100_000 // scale)
    (WORK / "token").write_text(tokens[0] + "\n")
    introspect = {"BENCH_BASIC": basic("api"), "BENCH_BODY": "token=", "BENCH_PATH": "/oauth2/introspect"}
    table.measure("introspection, 100,000 distinct", server.port, "/", pid, "post_lines.lua",
                  {**introspect, "BENCH_LINES": str(WORK / "tokens")}, against=sign, reach="0.40")
    table.measure("introspection, one hot token", server.port, "/", pid, "post_lines.lua",
                  {**introspect, "BENCH_LINES": str(WORK / "token")}, against=sign, reach="0.40")

    cookies = [sign_in(server.port, f"person{n}") for n in range(PEOPLE)]
    (WORK / "cookies").write_text("\n".join(cookies) + "\n")
    for name in ("refresh", "refresh.warm"):
        (WORK / name).write_text("\n".join(refresh_tokens(server.port, cookies, 256)) + "\n")
    table.measure("refresh with rotation, durable", server.port, "/", pid, "refresh_token.lua",
                  {"BENCH_BASIC": basic("web-es256"), "BENCH_BODY": "", "BENCH_TOKENS": str(WORK / "refresh"),
                   "BENCH_TOKEN_BODY": "grant_type=refresh_token"}, against=sign, reach="0.20")
    for client, reach in (("web-es256", "0.08"), ("web-rs256", "")):
        table.measure(f"code flow, live session, {client[4:].upper()} ID token", server.port, "/", pid,
                      "authorization_code.lua",
                      {"BENCH_BASIC": basic(client), "BENCH_COOKIES": str(WORK / "cookies"),
                       "BENCH_AUTHORIZE": authorize_path(client, "openid profile"), "BENCH_TOKEN_BODY": token_body()},
                      per=2, against=sign, reach=reach)
    for path in documents:
        table.measure(path.rsplit("/", 1)[1], server.port, path, pid, against=bare[path], reach="0.80")

    print()
    table.show()
    print(f"\nmemory: {idle:.0f} MB idle (reach: 25), {resident(pid):.0f} MB after all of it (reach: 100)")
    print(f"start to first answer: {started[len(started) // 2]:.0f} ms, the middle one of 5 (reach: 300)")
    sign_in_storm(server, options.seconds)
    print(f"memory after the storm: {resident(pid):.0f} MB")
    server.stop()
    ceiling.terminate()


if __name__ == "__main__":
    main()
