//! As whom PostgreSQL runs. It refuses root, so for root it runs as an unprivileged user.

use std::{
    ffi::CString,
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

/// An account of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

/// How PostgreSQL's programs are started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runner {
    /// As ourselves.
    Ourselves,
    /// As somebody else.
    As(Account),
    /// As somebody else who may pass through folders that only we may enter.
    Through(Account),
}

/// Whether we are root.
pub fn is_root() -> bool {
    #[allow(unsafe_code, reason = "a system call without arguments")]
    // SAFETY: geteuid takes nothing, touches no memory and cannot fail.
    let uid = unsafe { libc::geteuid() };
    uid == 0
}

impl Runner {
    /// How to run PostgreSQL in `folder`, which is made the runner's own.
    ///
    /// # Errors
    /// One line that says what to do when nobody can.
    pub fn for_folder(folder: &Path) -> anyhow::Result<Self> {
        if !is_root() {
            return Ok(Self::Ourselves);
        }
        let account = unprivileged()?;
        std::os::unix::fs::chown(folder, Some(account.uid), Some(account.gid))
            .with_context(|| format!("cannot give {} to the user {}", folder.display(), account.name))?;
        let plain = Self::As(account.clone());
        if plain.can_enter(folder) {
            return Ok(plain);
        }
        let through = Self::Through(account.clone());
        if through.can_enter(folder) {
            return Ok(through);
        }
        let blocking = blocking(folder, &account);
        bail!(
            "PostgreSQL cannot run as root, and the user {} cannot pass through {}: \
             chmod o+x {1}, or give --data a folder elsewhere, or set DATABASE_URL",
            account.name,
            blocking.display()
        )
    }

    fn can_enter(&self, folder: &Path) -> bool {
        // Not `test -w`: that asks with access(2), for which capabilities do not count.
        let mut command = self.command(Path::new("/usr/bin/stat"));
        command.arg(folder.join(".")).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// A program, with nothing of our environment.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = match self {
            Self::Ourselves => Command::new(program),
            Self::As(account) => {
                let mut command = Command::new(program);
                // Supplementary groups are dropped along with the user.
                command.uid(account.uid).gid(account.gid);
                command
            }
            Self::Through(account) => {
                let mut command = Command::new("setpriv");
                command
                    .arg(format!("--reuid={}", account.uid))
                    .arg(format!("--regid={}", account.gid))
                    .args(["--clear-groups", "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"])
                    // Changing the user forgets it, so it is set once more after that.
                    .args(["--pdeathsig", "INT", "--"])
                    .arg(program);
                command
            }
        };
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        command
    }

    /// Gives a file or folder to the runner.
    ///
    /// # Errors
    /// When it cannot be given away.
    pub fn own(&self, path: &Path) -> anyhow::Result<()> {
        match self {
            Self::Ourselves => Ok(()),
            Self::As(account) | Self::Through(account) => {
                std::os::unix::fs::chown(path, Some(account.uid), Some(account.gid))
                    .with_context(|| format!("cannot give {} to the user {}", path.display(), account.name))
            }
        }
    }
}

/// The first folder on the way that others may not pass through.
fn blocking(folder: &Path, account: &Account) -> PathBuf {
    let passes = |path: &Path| {
        fs::metadata(path).is_ok_and(|metadata| {
            let mode = metadata.mode();
            mode & 0o001 != 0
                || metadata.uid() == account.uid && mode & 0o100 != 0
                || metadata.gid() == account.gid && mode & 0o010 != 0
        })
    };
    let mut ancestors: Vec<_> = folder.ancestors().skip(1).collect();
    ancestors.reverse();
    ancestors.into_iter().find(|path| !passes(path)).unwrap_or(folder).to_owned()
}

/// `postgres` where there is one, else `nobody`.
fn unprivileged() -> anyhow::Result<Account> {
    ["postgres", "nobody"]
        .into_iter()
        .find_map(account)
        .context("PostgreSQL cannot run as root, and there is neither a user postgres nor nobody: set DATABASE_URL")
}

fn account(name: &str) -> Option<Account> {
    let c_name = CString::new(name).ok()?;
    #[allow(unsafe_code, reason = "the C library alone knows the accounts")]
    // SAFETY: the name is a C string that outlives the call. The answer points to static memory that is read
    // before anything else can ask; no other thread of ours asks for accounts.
    let (uid, gid) = unsafe {
        let entry = libc::getpwnam(c_name.as_ptr());
        if entry.is_null() {
            return None;
        }
        ((*entry).pw_uid, (*entry).pw_gid)
    };
    Some(Account { name: name.to_owned(), uid, gid })
}
