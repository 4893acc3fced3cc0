//! What commands print: text for people, JSON for programs, one line for failures.

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::Args;
use serde::Serialize;

/// How to print.
#[derive(Args, Clone, Copy, Debug)]
pub struct Output {
    /// Print JSON, for programs.
    #[arg(long)]
    pub json: bool,
}

impl Output {
    /// Prints `value` as JSON, or what `text` makes of it.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn print<T: Serialize>(self, value: &T, text: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
        let out = if self.json { serde_json::to_string_pretty(value)? } else { text(value) };
        say(&out)
    }
}

/// Prints lines to standard output. A reader that went away (`| head`) is no error.
///
/// # Errors
/// When standard output cannot be written.
pub fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let written =
        if text.is_empty() { Ok(()) } else { writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush()) };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// One line on standard error, whatever the causes.
pub fn failure(error: &anyhow::Error) -> ExitCode {
    let line =
        format!("{error:#}").lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ");
    let _ = writeln!(io::stderr(), "error: {line}");
    ExitCode::FAILURE
}

/// Columns as wide as their widest cell.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([header[column].len()]).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..header.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(header.to_vec())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines.join("\n")
}

/// Whether colors are welcome on a stream.
pub fn wants_color(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_line_up() {
        let rows = [vec!["a".to_owned(), "yes".to_owned()], vec!["longer".to_owned(), String::new()]];
        assert_eq!(table(&["id", "on"], &rows), "id      on\na       yes\nlonger");
    }
}
