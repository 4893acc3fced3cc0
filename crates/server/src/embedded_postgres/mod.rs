//! The private PostgreSQL of `chancery dev`: made from the machine's own binaries, in a data folder, for nobody but
//! us. It ends when we end, even by `kill -9`.
//!
//! It listens on a Unix socket in its own folder where the path is short enough, else on a free loopback port; in
//! both cases nobody gets in without the random password that lies, readable by us alone, beside it.

mod binaries;
mod postmaster;
mod user;

use std::{
    ffi::OsString,
    fs,
    io::ErrorKind,
    net::{Ipv4Addr, TcpListener},
    os::unix::{ffi::OsStrExt, fs::DirBuilderExt},
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::data_folder::Held;
use binaries::Binaries;
use postmaster::Postmaster;
use user::Runner;

/// The role and the database.
const NAME: &str = "chancery";
/// Only a part of the socket's name here: nothing listens on this port.
const SOCKET_PORT: u16 = 5432;
/// The longest path that a Unix socket can have.
const LONGEST_SOCKET_PATH: usize = 107;

/// Whether PostgreSQL will run as another user than we do.
pub fn runs_as_another_user() -> bool {
    user::is_root()
}

/// A running PostgreSQL of ours. Dropped, it stops.
#[derive(Debug)]
pub struct Cluster {
    url: String,
    postmaster: Option<Postmaster>,
    held: Option<Held>,
}

impl Cluster {
    /// Starts the server in `folder`, which is made at the first start.
    ///
    /// # Errors
    /// One line that says what to do.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        make_folder(folder)?;
        let runner = Runner::for_folder(folder)?;
        let data = folder.join("data");
        let binaries = Binaries::find(version_of(&data)?)?;
        if !data.exists() {
            initialize(folder, &runner, &binaries)?;
        }
        postmaster::end_orphan(&data)?;
        let password = fs::read_to_string(folder.join("password")).with_context(|| {
            format!(
                "the data folder lacks {}: delete {} to start anew",
                folder.join("password").display(),
                folder.display()
            )
        })?;
        let door = Door::choose(folder, &runner)?;
        let mut command = runner.command(&binaries.program("postgres"));
        command.arg("-D").arg(&data);
        for setting in settings().into_iter().chain(door.settings()) {
            command.arg("-c").arg(setting);
        }
        let log = folder.join("log");
        rotate(&log);
        let postmaster = Postmaster::start(command, &data, &log)?;
        Ok(Self { url: door.url(password.trim()), postmaster: Some(postmaster), held: None })
    }

    /// How to connect to it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether a URL leads to the server of this folder, running or not.
    pub fn is_its_url(folder: &Path, url: &str) -> bool {
        let password = fs::read_to_string(folder.join("password")).unwrap_or_default();
        !password.trim().is_empty() && url.contains(&format!("{NAME}:{}@", password.trim()))
    }

    /// Keeps the data folder for as long as this server runs.
    pub fn keep(&mut self, held: Held) {
        self.held = Some(held);
    }

    /// Stops the server and waits for its end.
    pub async fn stop(mut self) {
        let stopped = tokio::task::spawn_blocking(move || self.stop_now()).await;
        if let Err(error) = stopped {
            tracing::warn!(%error, "PostgreSQL was not stopped");
        }
    }

    fn stop_now(&mut self) {
        if let Some(mut postmaster) = self.postmaster.take() {
            postmaster.stop();
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop_now();
    }
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            bail!("cannot make {}: {error}", folder.display())
        }
        _ => Ok(()),
    }
}

/// The version that made a data folder; `None` when there is none yet.
fn version_of(data: &Path) -> anyhow::Result<Option<u32>> {
    if !data.exists() {
        return Ok(None);
    }
    let version = fs::read_to_string(data.join("PG_VERSION")).ok().and_then(|text| text.trim().parse().ok());
    match version {
        Some(version) => Ok(Some(version)),
        None => bail!(
            "{} is no PostgreSQL data folder (its PG_VERSION is missing): delete it to start anew",
            data.display()
        ),
    }
}

/// Makes the data folder beside its place and moves it there when it is whole.
fn initialize(folder: &Path, runner: &Runner, binaries: &Binaries) -> anyhow::Result<()> {
    let unfinished = folder.join("data.new");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).with_context(|| format!("cannot remove {}", unfinished.display()))?;
    }
    let password = URL_SAFE_NO_PAD.encode(storage::sealed::random::<24>());
    write_private(&folder.join("password"), &password)?;
    // initdb reads it as its own user, from a copy that goes away.
    let copy = folder.join("password.initdb");
    write_private(&copy, &password)?;
    runner.own(&copy)?;
    let mut pwfile = OsString::from("--pwfile=");
    pwfile.push(&copy);
    let output = runner
        .command(&binaries.program("initdb"))
        .arg("-D")
        .arg(&unfinished)
        .args(["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--username", NAME])
        .arg(pwfile)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .context("cannot run initdb")?;
    fs::remove_file(&copy)?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let word =
            words.lines().find(|line| line.contains("error:")).or(words.lines().last()).unwrap_or("no reason given");
        bail!("initdb could not make {}: {word}", unfinished.display());
    }
    fs::rename(&unfinished, folder.join("data")).context("cannot move the new data folder to its place")
}

fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let write = || {
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?.write_all(text.as_bytes())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Small, durable, quiet.
fn settings() -> Vec<String> {
    [
        "max_connections=100",
        "shared_buffers=64MB",
        "log_min_messages=warning",
        "log_line_prefix=%m [%p] ",
        "timezone=UTC",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Keeps the log of this run and of the one before.
fn rotate(log: &Path) {
    let _ = fs::rename(log, log.with_extension("old"));
}

/// Where the server listens.
#[derive(Debug, PartialEq, Eq)]
enum Door {
    Socket(PathBuf),
    Port(u16),
}

impl Door {
    fn choose(folder: &Path, runner: &Runner) -> anyhow::Result<Self> {
        let socket = folder.join("socket");
        let path = socket.join(format!(".s.PGSQL.{SOCKET_PORT}"));
        // The URL is text, so the path must be, too.
        if path.as_os_str().as_bytes().len() <= LONGEST_SOCKET_PATH && path.to_str().is_some() {
            make_folder(&socket)?;
            runner.own(&socket)?;
            return Ok(Self::Socket(socket));
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        Ok(Self::Port(free.context("there is no free loopback port for PostgreSQL")?.port()))
    }

    fn settings(&self) -> Vec<String> {
        match self {
            Self::Socket(folder) => vec![
                "listen_addresses=".to_owned(),
                format!("unix_socket_directories={}", quoted(&folder.to_string_lossy())),
                "unix_socket_permissions=0700".to_owned(),
                format!("port={SOCKET_PORT}"),
            ],
            Self::Port(port) => vec![
                "listen_addresses=127.0.0.1".to_owned(),
                "unix_socket_directories=".to_owned(),
                format!("port={port}"),
            ],
        }
    }

    fn url(&self, password: &str) -> String {
        match self {
            Self::Socket(folder) => {
                let mut url = url::Url::parse(&format!("postgres://{NAME}:{password}@localhost/{NAME}"))
                    .expect("the password is base64url");
                url.query_pairs_mut().append_pair("host", &folder.to_string_lossy());
                url.into()
            }
            Self::Port(port) => format!("postgres://{NAME}:{password}@127.0.0.1:{port}/{NAME}"),
        }
    }
}

/// A list with one element, as PostgreSQL reads lists of names.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
