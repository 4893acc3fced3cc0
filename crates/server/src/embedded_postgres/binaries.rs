//! The PostgreSQL programs of this machine.

use std::path::{Path, PathBuf};

use anyhow::bail;

/// The oldest major version that the schema runs on.
const OLDEST: u32 = 14;

/// One installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    /// Where `initdb` and `postgres` are.
    pub folder: PathBuf,
    /// 15 for 15.x.
    pub major: u32,
}

impl Binaries {
    /// A program's path.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The newest installation, or the one of the major version that a data folder was made with.
    ///
    /// # Errors
    /// One line that says what to install.
    pub fn find(wanted: Option<u32>) -> anyhow::Result<Self> {
        let mut found = installed();
        found.retain(|binaries| binaries.major >= OLDEST);
        found.sort_by_key(|binaries| binaries.major);
        match wanted {
            None => match found.pop() {
                Some(newest) => Ok(newest),
                None => bail!(
                    "no PostgreSQL server on this machine (initdb and postgres, version {OLDEST} or newer): \
                     apt-get install postgresql, or set DATABASE_URL"
                ),
            },
            Some(major) => match found.into_iter().find(|binaries| binaries.major == major) {
                Some(same) => Ok(same),
                None => bail!(
                    "the data folder was made by PostgreSQL {major}, which is not on this machine: \
                     apt-get install postgresql-{major}, or give --data another folder"
                ),
            },
        }
    }
}

/// Debian's places, then `PATH`.
fn installed() -> Vec<Binaries> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path: Vec<_> = std::env::split_paths(&path).collect();
    let mut found: Vec<Binaries> = Vec::new();
    for folder in debian.chain(path) {
        // A link such as /usr/bin/postgres leads to the folder where the others are.
        let Ok(postgres) = folder.join("postgres").canonicalize() else { continue };
        let Some(folder) = postgres.parent().filter(|folder| folder.join("initdb").is_file()) else { continue };
        if found.iter().any(|known| known.folder == folder) {
            continue;
        }
        found.extend(major(&postgres).map(|major| Binaries { folder: folder.to_owned(), major }));
    }
    found
}

/// `postgres (PostgreSQL) 15.4 (Debian …)` → 15
fn major(postgres: &Path) -> Option<u32> {
    let output = std::process::Command::new(postgres).arg("--version").output().ok()?;
    parse_major(&String::from_utf8_lossy(&output.stdout))
}

fn parse_major(text: &str) -> Option<u32> {
    let version = text.split_ascii_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(parse_major("nonsense"), None);
    }
}
