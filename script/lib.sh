# shellcheck shell=bash
# Shared by the scripts in this folder. Source it; it defines functions and changes nothing by itself
# except the directory (to the top of the checkout) and the shell's strictness.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD

if [[ -t 1 ]]; then
  BOLD=$'\e[1m' RED=$'\e[31m' PLAIN=$'\e[0m'
else
  BOLD='' RED='' PLAIN=''
fi

# say TEXT: one line about what happens now.
say() { printf '%s\n' "${BOLD}==>${PLAIN} $*"; }

# fail TEXT: one line about what is wrong and what to do, then the end.
fail() {
  printf '%s\n' "${RED}error:${PLAIN} $*" >&2
  exit 1
}

# --- the machine ------------------------------------------------------------------------------

APT_UPDATED=''

# as_root COMMAND...: directly when we are root, else through sudo.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this needs root, and there is no sudo. As root: $*"
  fi
}

# apt_install WHAT PACKAGE...: installs Debian packages and says so in one line.
apt_install() {
  local what=$1 log="$ROOT/.data/apt.log"
  shift
  command -v apt-get >/dev/null || fail "$what is missing, and there is no apt-get to install it with (packages: $*)"
  mkdir -p "$ROOT/.data"
  if [[ -z $APT_UPDATED ]]; then
    as_root apt-get update >"$log" 2>&1 || fail "apt-get update failed; see $log"
    APT_UPDATED=yes
  fi
  say "installing $what (Debian packages: $*)"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1 ||
    fail "could not install $what; see $log"
}

# need_rust [COMPONENT...]: cargo, and the named cargo commands ("fmt", "clippy").
need_rust() {
  if ! command -v cargo >/dev/null && [[ -x ${CARGO_HOME:-${HOME:-}/.cargo}/bin/cargo ]]; then
    PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
  fi
  command -v cargo >/dev/null ||
    fail "no Rust toolchain: install one from https://rustup.rs (curl https://sh.rustup.rs -sSf | sh), then run this again"
  command -v cc >/dev/null || fail "no C compiler: apt-get install gcc libc6-dev, then run this again"
  local component
  for component in "$@"; do
    cargo "$component" --version >/dev/null 2>&1 ||
      fail "cargo $component is missing: rustup component add ${component/fmt/rustfmt}, then run this again"
  done
}

# postgres_bin: prints the folder of the newest PostgreSQL server on this machine, or fails quietly.
postgres_bin() {
  local path
  path=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -1)
  [[ -x $path ]] || path=$(readlink -f "$(command -v initdb || true)" || true)
  [[ -n $path && -x $path && -x ${path%/*}/postgres ]] || return 1
  printf '%s\n' "${path%/*}"
}

need_postgres() {
  postgres_bin >/dev/null && command -v psql >/dev/null && return
  apt_install "PostgreSQL" postgresql
  postgres_bin >/dev/null || fail "PostgreSQL was installed, but initdb is not in /usr/lib/postgresql/*/bin"
}

need_python() {
  command -v python3 >/dev/null || apt_install "Python" python3
  python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install "Python's venv" python3-venv
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Python 3.11 or newer is needed, this is $(python3 --version)"
}

# chromium_path: prints where Chromium is, or fails quietly.
chromium_path() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

need_chromium() {
  chromium_path >/dev/null || apt_install "Chromium" chromium fonts-liberation
}

# need_node: Node.js 20 or newer with npm. Debian 12 has 18, so there a newer one comes as an npm
# package into .data/, and is used by our scripts alone.
need_node() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    apt_install "Node.js and npm" nodejs npm
  fi
  node_is_recent node && return
  local arch
  case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) fail "Node.js 20 or newer is needed, this is $(node --version)" ;;
  esac
  local own="$ROOT/.data/node/node_modules/node-linux-$arch/bin"
  if ! node_is_recent "$own/node"; then
    say "installing Node.js 22 (npm package node-linux-$arch, into .data/node; this machine has $(node --version))"
    mkdir -p "$ROOT/.data/node"
    npm install --prefix "$ROOT/.data/node" --no-audit --no-fund --loglevel=error "node-linux-$arch@22.23.3" >/dev/null ||
      fail "could not install Node.js 22 from the npm registry"
  fi
  PATH="$own:$PATH"
}

node_is_recent() {
  [[ -x $(command -v "$1") ]] && "$1" -e 'process.exit(Number.parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null
}

# need_node_packages FOLDER: what its package-lock.json says, into FOLDER/node_modules.
need_node_packages() {
  local stamp="$1/node_modules/.lock-hash" hash
  hash=$(sha256sum <"$1/package-lock.json")
  [[ -f $stamp && $(<"$stamp") == "$hash" ]] && return
  say "installing Node packages into $1/node_modules"
  npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null || fail "npm ci failed in $1"
  printf '%s' "$hash" >"$stamp"
}

# need_python_packages FOLDER: what its requirements.txt says, into FOLDER/.venv.
need_python_packages() {
  local venv="$1/.venv" stamp="$1/.venv/.requirements-hash" hash
  hash=$(sha256sum <"$1/requirements.txt")
  [[ -f $stamp && $(<"$stamp") == "$hash" ]] && "$venv/bin/python" -c '' 2>/dev/null && return
  say "installing Python packages into $1/.venv"
  rm -rf "$venv"
  python3 -m venv "$venv" || fail "python3 -m venv failed"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$1/requirements.txt" ||
    fail "pip install failed for $1/requirements.txt"
  printf '%s' "$hash" >"$stamp"
}

# trust_system_certificates: lets npm and pip believe the machine's own certificate store too, which
# matters behind a company's proxy. What is set already stays.
trust_system_certificates() {
  local store=/etc/ssl/certs/ca-certificates.crt
  [[ -r $store ]] || return 0
  export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-$store}
  export PIP_CERT=${PIP_CERT:-$store}
}

# --- a private PostgreSQL for tests -----------------------------------------------------------

POSTGRES_DATA=''  # set while our server runs

# as_postgres COMMAND...: as a user that PostgreSQL accepts (it refuses root), in a folder that this
# user can read. Paths must be absolute.
as_postgres() (
  cd /
  local become=()
  if ((EUID == 0)); then
    become=(setpriv "--reuid=$(postgres_user)" "--regid=$(id -g "$(postgres_user)")" --clear-groups --inh-caps=-all)
  fi
  "${become[@]}" env -i PATH=/usr/bin:/bin LC_ALL=C "$@"
)

postgres_user() { if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi; }

# lock_test_postgres: one user of the folder at a time; its server stops when the script ends.
lock_test_postgres() {
  mkdir -p "$ROOT/.data"
  exec 9>"$ROOT/.data/test.lock"
  flock --nonblock 9 || fail "the tests are already running in this checkout"
  trap stop_test_postgres EXIT
}

# start_test_postgres: a server on a free loopback port that forgets nothing on exit but is durable in
# nothing either. Exports CHANCERY_TEST_DATABASE_URL. Stopped by stop_test_postgres.
start_test_postgres() {
  local bin folder port password attempt
  bin=$(postgres_bin)
  folder=$(test_postgres_folder)
  if [[ -f $folder/data/PG_VERSION ]]; then
    # A run that was killed may have left its server behind; the folder is ours alone (see the lock).
    as_postgres "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
    if [[ $(<"$folder/data/PG_VERSION") != "$("$bin/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')" ]]; then
      say "starting the test database anew: $folder is of another PostgreSQL version"
      rm -rf "$folder/data"
    fi
  else
    rm -rf "$folder/data"
  fi
  [[ -f $folder/data/PG_VERSION ]] || init_test_postgres "$bin" "$folder"

  POSTGRES_DATA="$folder/data"
  for attempt in 1 2 3 4 5 6 7 8; do
    port=$((20000 + RANDOM % 12000))
    # The lock's descriptor must not live on in the server.
    if as_postgres "$bin/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w -t 60 -o "-c port=$port" start >/dev/null 2>&1 9>&-; then
      password=$(<"$ROOT/.data/test-postgres.password")
      export CHANCERY_TEST_DATABASE_URL="postgres://postgres:$password@127.0.0.1:$port/postgres"
      return
    fi
    grep -q 'Address already in use' "$folder/server.log" || break
    : >"$folder/server.log"
  done
  tail -5 "$folder/server.log" >&2 || true
  fail "the test PostgreSQL did not start (tried $attempt times): delete $folder and run this again"
}

init_test_postgres() {
  local bin=$1 folder=$2 password="$ROOT/.data/test-postgres.password"
  say "making a PostgreSQL data folder for the tests: $folder"
  (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$password")
  # initdb reads the password as the other user, from its own copy.
  install -m 600 "$password" "$folder/password"
  if ((EUID == 0)); then chown "$(postgres_user)" "$folder/password"; fi
  as_postgres "$bin/initdb" -D "$folder/data" -U postgres -E UTF8 --locale=C.UTF-8 --no-sync \
    --auth=scram-sha-256 --pwfile="$folder/password" >"$folder/initdb.log" 2>&1 ||
    fail "initdb failed; see $folder/initdb.log"
  rm "$folder/password"
  # Speed over durability: what is in here is thrown away.
  as_postgres tee -a "$folder/data/postgresql.conf" >/dev/null <<-'CONF'
	listen_addresses = '127.0.0.1'
	unix_socket_directories = ''
	max_connections = 200
	shared_buffers = 128MB
	fsync = off
	synchronous_commit = off
	full_page_writes = off
	wal_level = minimal
	max_wal_senders = 0
	autovacuum = off
	CONF
}

# test_postgres_folder: prints the folder; inside the checkout unless its user cannot get there.
test_postgres_folder() {
  local folder="$ROOT/.data/test-postgres"
  mkdir -p "$folder"
  if ((EUID == 0)); then
    chown "$(postgres_user)" "$folder"
    if ! as_postgres test -w "$folder"; then
      folder=$(mktemp -d /var/tmp/chancery-test-postgres.XXXXXX)
      chown "$(postgres_user)" "$folder"
      say "the user $(postgres_user) cannot enter $ROOT, so the test database is in $folder for this run" >&2
    fi
  fi
  printf '%s\n' "$folder"
}

stop_test_postgres() {
  [[ -n $POSTGRES_DATA ]] || return 0
  as_postgres "$(postgres_bin)/pg_ctl" -D "$POSTGRES_DATA" -m immediate -w stop >/dev/null 2>&1 9>&- || true
  if [[ $POSTGRES_DATA != "$ROOT/"* ]]; then rm -rf "${POSTGRES_DATA%/data}"; fi
  POSTGRES_DATA=''
}

# test_database NAME: makes an empty database of that name and prints its URL.
test_database() {
  PGOPTIONS='-c client_min_messages=warning' psql -qX "$CHANCERY_TEST_DATABASE_URL" \
    -c "drop database if exists \"$1\" with (force)" -c "create database \"$1\"" >/dev/null
  printf '%s\n' "${CHANCERY_TEST_DATABASE_URL%/*}/$1"
}

# migrate URL: applies every migration to an empty database.
migrate() {
  local file
  for file in "$ROOT"/migrations/*.sql; do
    psql -qX -v ON_ERROR_STOP=1 --single-transaction -f "$file" "$1" >/dev/null || return
  done
}
