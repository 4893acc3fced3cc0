//! Ends what the tests leave behind, however they end: a shell that reads from a pipe of ours. When we are gone,
//! the pipe is closed, and it kills our servers and drops our databases.

use std::{
    io::Write,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{LazyLock, Mutex},
};

const SCRIPT: &str = r#"
trap '' INT TERM HUP
pids='' databases=''
drop() { psql -qX -c "drop database if exists \"$1\" with (force)" "$ADMIN_URL"; }
while read -r verb what; do
  case $verb in
    started) pids="$pids $what " ;;
    ended) pids=$(printf %s "$pids" | sed "s/ $what / /") ;;
    made) databases="$databases $what" ;;
    drop) drop "$what" ;;
  esac
done
for pid in $pids; do kill -9 "$pid"; done
for database in $databases; do drop "$database"; done
"#;

struct Undertaker {
    orders: ChildStdin,
    _shell: Child,
}

static UNDERTAKER: LazyLock<Mutex<Undertaker>> = LazyLock::new(|| {
    let mut shell = Command::new("sh")
        .args(["-c", SCRIPT])
        .env("ADMIN_URL", super::database::admin_url())
        .env("PGOPTIONS", "-c client_min_messages=warning")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh starts");
    let orders = shell.stdin.take().expect("its standard input");
    Mutex::new(Undertaker { orders, _shell: shell })
});

fn order(verb: &str, what: impl std::fmt::Display) {
    let mut undertaker = UNDERTAKER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let _ = writeln!(undertaker.orders, "{verb} {what}");
}

/// A process to kill if we cannot.
pub fn started(pid: u32) {
    order("started", pid);
}

/// A process that is gone.
pub fn ended(pid: u32) {
    order("ended", pid);
}

/// A database to drop at the end.
pub fn made(database: &str) {
    order("made", database);
}

/// A database to drop now; nobody waits for it.
pub fn drop_now(database: &str) {
    order("drop", database);
}
