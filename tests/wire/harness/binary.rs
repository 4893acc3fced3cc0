//! The real binary, and its commands.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// Where it is: `CHANCERY_BIN`, else beside this test binary.
pub fn path() -> PathBuf {
    let path = std::env::var_os("CHANCERY_BIN").map_or_else(beside_this_test, PathBuf::from);
    assert!(path.is_file(), "there is no {}: run `cargo build --bin chancery`, or set CHANCERY_BIN", path.display());
    path
}

fn beside_this_test() -> PathBuf {
    let this = std::env::current_exe().expect("the path of this test binary");
    let folder = this.parent().and_then(Path::parent).expect("target/debug/deps/");
    folder.join("chancery")
}

/// A command of the binary with nothing from our environment in it.
pub fn command<I, S>(arguments: I) -> Command
where
    I: IntoIterator<Item = S>,
    S: AsRef<std::ffi::OsStr>,
{
    let mut command = Command::new(path());
    command.args(arguments).env_clear().stdin(Stdio::null());
    for name in ["PATH", "HOME", "TMPDIR", "LLVM_PROFILE_FILE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.env("NO_COLOR", "1");
    command
}

/// What a command said and how it ended.
#[derive(Debug)]
pub struct Said {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// The exit code; `None`: killed.
    pub code: Option<i32>,
}

impl Said {
    fn from(output: Output) -> Self {
        let said = Self {
            out: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            err: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
            code: output.status.code(),
        };
        assert!(!said.err.contains("panicked at"), "the command panicked: {said:?}");
        said
    }

    /// Everything it said.
    pub fn text(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// Must have worked.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "the command failed: {self:#?}");
        self
    }

    /// Must have failed, with one clear line.
    #[track_caller]
    pub fn one_line_of_failure(&self) -> &str {
        assert!(self.code.is_some_and(|code| code != 0), "the command should have failed: {self:#?}");
        let mut lines = self.err.lines().filter(|line| !line.trim().is_empty());
        let line = lines.next().unwrap_or_else(|| panic!("it failed without a word: {self:#?}"));
        assert_eq!(lines.next(), None, "more than one line: {self:#?}");
        line
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON ({error}): {self:#?}"))
    }
}

/// Runs a command to its end, without blocking the tests beside it.
pub async fn run(mut command: Command) -> Said {
    let output = tokio::task::spawn_blocking(move || command.output().expect("the binary starts"));
    Said::from(output.await.expect("the command's thread"))
}
