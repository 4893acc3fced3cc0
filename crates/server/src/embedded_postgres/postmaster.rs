//! The running server: started by a thread that lives as long as we do, and ended whenever we end.

use std::{
    fs::{self, File},
    io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

/// How long the server may take to start: recovery after a crash is part of it.
const START: Duration = Duration::from_secs(60);
/// How long it may take to stop before it is told to hurry, and then before it is killed.
const STOP: Duration = Duration::from_secs(10);

/// A server of ours.
#[derive(Debug)]
pub struct Postmaster {
    pid: u32,
    ended: mpsc::Receiver<io::Result<ExitStatus>>,
}

impl Postmaster {
    /// Starts the server and waits until it takes connections.
    ///
    /// # Errors
    /// One line with the server's own last words.
    pub fn start(mut command: Command, data: &Path, log: &Path) -> anyhow::Result<Self> {
        let written = File::options().create(true).append(true).open(log);
        let written = written.with_context(|| format!("cannot write {}", log.display()))?;
        command.stdout(written.try_clone()?).stderr(written);
        // A Ctrl-C is for us: we finish our requests first and stop the server then.
        command.process_group(0);
        die_with_us(&mut command);
        let (started, outcome) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        // The signal comes when the thread ends that started the child, so this one does nothing else.
        thread::Builder::new().name("postgres".to_owned()).spawn(move || {
            let child = command.spawn();
            let pid = child.as_ref().map(Child::id).map_err(|error| io::Error::new(error.kind(), error.to_string()));
            let _ = started.send(pid);
            if let Ok(mut child) = child {
                let _ = end.send(child.wait());
            }
        })?;
        let pid = outcome.recv()?.context("cannot start PostgreSQL")?;
        let mut postmaster = Self { pid, ended };
        match postmaster.wait_until_ready(data, log) {
            Ok(()) => Ok(postmaster),
            Err(error) => {
                postmaster.stop();
                Err(error)
            }
        }
    }

    fn wait_until_ready(&mut self, data: &Path, log: &Path) -> anyhow::Result<()> {
        let deadline = Instant::now() + START;
        loop {
            match self.ended.recv_timeout(Duration::from_millis(10)) {
                Ok(_) | Err(mpsc::RecvTimeoutError::Disconnected) => {
                    bail!("PostgreSQL did not start: {} (see {})", last_words(log), log.display())
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
            if status(data).is_some_and(|status| status == "ready") {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!(
                    "PostgreSQL is not ready after {} s: {} (see {})",
                    START.as_secs(),
                    last_words(log),
                    log.display()
                )
            }
        }
    }

    /// Stops the server: connections are ended, what was committed is on disk.
    pub fn stop(&mut self) {
        for signal in [libc::SIGINT, libc::SIGQUIT, libc::SIGKILL] {
            send(self.pid, signal);
            match self.ended.recv_timeout(STOP) {
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Ok(_) | Err(mpsc::RecvTimeoutError::Disconnected) => return,
            }
        }
    }
}

/// Ends a server that a process of ours left behind in this folder. PostgreSQL itself knows whether there is one.
///
/// # Errors
/// One line when it does not end.
pub fn end_orphan(data: &Path) -> anyhow::Result<()> {
    let Some(pid) = orphan(data) else { return Ok(()) };
    // The signal that it got when its parent died is still at work, more often than not.
    let begun = Instant::now();
    let mut asked = false;
    while orphan(data) == Some(pid) {
        if begun.elapsed() > STOP {
            bail!(
                "a PostgreSQL (process {pid}) of an earlier run still uses {}: stop it (kill -INT {pid})",
                data.display()
            );
        }
        if !asked && begun.elapsed() > Duration::from_millis(500) {
            send(pid, libc::SIGINT);
            asked = true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The process that the folder's lock file names, if it is alive and really a PostgreSQL in that folder.
fn orphan(data: &Path) -> Option<u32> {
    let pid: u32 = lock_file(data)?.lines().next()?.trim().parse().ok()?;
    let folder = fs::read_link(PathBuf::from(format!("/proc/{pid}/cwd"))).ok()?;
    (folder == data).then_some(pid)
}

fn lock_file(data: &Path) -> Option<String> {
    fs::read_to_string(data.join("postmaster.pid")).ok()
}

/// What the server says of itself: `starting`, `ready`, `stopping`.
fn status(data: &Path) -> Option<String> {
    lock_file(data)?.lines().nth(7).map(|line| line.trim().to_owned())
}

/// The last line of the server's log that tells why.
fn last_words(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let telling = |line: &&str| ["FATAL:", "PANIC:", "HINT:", "error:"].iter().any(|word| line.contains(word));
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let word = lines.iter().rev().take(20).find(|line| telling(line)).or(lines.last());
    word.map_or_else(|| "it left no word".to_owned(), |line| (*line).to_owned())
}

fn send(pid: u32, signal: i32) {
    let Ok(pid) = libc::pid_t::try_from(pid) else { return };
    #[allow(unsafe_code, reason = "a system call without pointers")]
    // SAFETY: takes integers. The process is our child that was not waited for, or was looked up just now.
    unsafe {
        libc::kill(pid, signal);
    }
}

/// Lets the kernel stop the server when we end, however we end.
fn die_with_us(command: &mut Command) {
    let parent = std::process::id();
    let tie = move || {
        #[allow(unsafe_code, reason = "there is no other way to ask for it")]
        // SAFETY: both are system calls that take integers; they are allowed between fork and exec.
        unsafe {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT) != 0 {
                return Err(io::Error::last_os_error());
            }
            // We may have ended before it was set.
            if u32::try_from(libc::getppid()) != Ok(parent) {
                return Err(io::Error::from(io::ErrorKind::BrokenPipe));
            }
        }
        Ok(())
    };
    #[allow(unsafe_code, reason = "there is no other way to ask for it")]
    // SAFETY: the closure only makes two system calls, both safe between fork and exec; it allocates nothing.
    unsafe {
        command.pre_exec(tie);
    }
}
