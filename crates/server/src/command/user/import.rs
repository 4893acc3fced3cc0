//! `chancery user import`.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Args;
use protocol::client_metadata::FieldError;
use provider::{
    administration::Administration,
    people::import::{self, LONGEST_LINE, Options, Outcome, REFUSED},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::{administer, create_private};
use crate::{location::Location, output::Output, progress::Progress};

/// How many bytes of lines are held at once.
const LARGEST_BATCH: usize = 4 << 20;
/// How many problems are printed.
const PRINTED: usize = 10;

/// Which file, and what to do.
#[derive(Args, Debug)]
pub struct Import {
    /// One person a line, in JSON; `-` reads standard input. Only `username` must be there. Others are `id`, `email`,
    /// `email_verified`, `password_hash` or `password` (which must be hashed here, and is slow), `enabled`, `claims`,
    /// `created_at`, `require_factor`, and `totp` (a seed in base32).
    file: PathBuf,
    /// Bring people who are there already to what their lines say. What lines do not say stays, and so does a password
    /// or an authenticator app. Without it they are left as they are.
    #[arg(long)]
    update: bool,
    /// Where refused lines go, with what is wrong, to be mended and imported. [default: FILE.refused.jsonl]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// What became of a file.
#[derive(Debug, Default, Serialize)]
struct Summary {
    lines: u64,
    created: u64,
    updated: u64,
    unchanged: u64,
    refused: u64,
    seconds: f64,
    /// Where the refused lines are.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<PathBuf>,
    /// The first problems.
    problems: Vec<Problem>,
}

#[derive(Debug, Serialize)]
struct Problem {
    line: u64,
    #[serde(flatten)]
    error: FieldError,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let source = Source::open(&self.file)?;
        let report = Report::at(self.report.clone().unwrap_or_else(|| beside(&self.file)), &self.file)?;
        let options = Options { update: self.update };
        let mut run = Run { source, report, options, summary: Summary::default(), progress: Progress::new() };
        let ended = administer(&self.location, async |administration| {
            let outcome = run.all(&administration).await;
            outcome.with_context(|| format!("after {} lines (run it again: it goes on from there)", run.summary.lines))
        })
        .await;
        let Run { report, mut summary, progress, .. } = run;
        summary.seconds = progress.elapsed().as_secs_f64();
        drop(progress);
        summary.report = report.finish(self.report.is_none() && ended.is_ok())?;
        ended?;
        self.output.print(&summary, text)?;
        match &summary.report {
            Some(report) => bail!(
                "{} of {} lines were refused: mend them in {} and import that file",
                summary.refused,
                summary.lines,
                report.display()
            ),
            None => Ok(()),
        }
    }
}

fn text(summary: &Summary) -> String {
    let Summary { lines, created, updated, unchanged, refused, seconds, .. } = summary;
    let mut text = format!(
        "{lines} lines in {seconds:.1} s: {created} created, {updated} updated, {unchanged} there already, {refused} refused"
    );
    for Problem { line, error } in &summary.problems {
        text += &match error.field.as_str() {
            "" => format!("\n  line {line} {}", error.message),
            field => format!("\n  line {line}: {field} {}", error.message),
        };
    }
    text
}

/// Where the refused lines of a file go unless that was said.
fn beside(file: &Path) -> PathBuf {
    match file == Path::new("-") {
        true => PathBuf::from("import.refused.jsonl"),
        false => {
            let mut name = file.as_os_str().to_owned();
            name.push(".refused.jsonl");
            name.into()
        }
    }
}

struct Run {
    source: Source,
    report: Report,
    options: Options,
    summary: Summary,
    progress: Progress,
}

impl Run {
    async fn all(&mut self, administration: &Administration) -> anyhow::Result<()> {
        loop {
            let lines = self.source.batch()?;
            if lines.is_empty() {
                return Ok(());
            }
            let (numbers, texts): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
            let outcomes = import::batch(&administration.later(), &texts, self.options).await?;
            for ((number, text), outcome) in numbers.iter().zip(&texts).zip(outcomes) {
                self.note(*number, text, outcome)?;
            }
            let people = self.summary.created + self.summary.updated + self.summary.unchanged;
            self.progress.update(self.source.bytes, self.source.size, people);
        }
    }

    fn note(&mut self, line: u64, text: &[u8], outcome: Outcome) -> anyhow::Result<()> {
        self.summary.lines += 1;
        match outcome {
            Outcome::Created => self.summary.created += 1,
            Outcome::Updated => self.summary.updated += 1,
            Outcome::Unchanged => self.summary.unchanged += 1,
            Outcome::Refused(problems) => {
                self.summary.refused += 1;
                self.report.add(line, text, &problems)?;
                let free = PRINTED.saturating_sub(self.summary.problems.len());
                self.summary.problems.extend(problems.into_iter().take(free).map(|error| Problem { line, error }));
            }
        }
        Ok(())
    }
}

/// A file, line by line, of which only a batch is in memory.
struct Source {
    reader: Box<dyn BufRead>,
    size: Option<u64>,
    bytes: u64,
    line: u64,
}

impl Source {
    fn open(path: &Path) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self { reader: Box::new(BufReader::new(std::io::stdin())), size: None, bytes: 0, line: 0 });
        }
        let cannot = || format!("cannot read {}", path.display());
        let file = File::open(path).with_context(cannot)?;
        let found = file.metadata().with_context(cannot)?;
        if found.is_dir() {
            bail!("cannot read {}: it is a folder", path.display());
        }
        let size = found.is_file().then_some(found.len());
        Ok(Self { reader: Box::new(BufReader::with_capacity(1 << 18, file)), size, bytes: 0, line: 0 })
    }

    /// The next lines with their numbers, those with nothing in them left out.
    fn batch(&mut self) -> anyhow::Result<Vec<(u64, Vec<u8>)>> {
        let mut lines = Vec::new();
        let mut held = 0;
        while lines.len() < import::BATCH && held < LARGEST_BATCH {
            let Some(line) = self.next().context("cannot read on")? else { break };
            if !line.trim_ascii().is_empty() {
                held += line.len();
                lines.push((self.line, line));
            }
        }
        Ok(lines)
    }

    /// The next line, cut behind the longest that there may be.
    fn next(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let most = LONGEST_LINE as u64 + 2;
        let mut line = Vec::new();
        self.bytes += self.reader.by_ref().take(most).read_until(b'\n', &mut line)? as u64;
        if line.is_empty() {
            return Ok(None);
        }
        self.line += 1;
        if line.last() != Some(&b'\n') {
            self.bytes += skip_line(&mut self.reader)?;
        }
        if self.line == 1 && line.starts_with("\u{feff}".as_bytes()) {
            line.drain(..3);
        }
        while matches!(line.last(), Some(b'\n' | b'\r')) {
            line.pop();
        }
        Ok(Some(line))
    }
}

/// Reads up to the end of the line and keeps nothing of it.
fn skip_line(reader: &mut dyn BufRead) -> std::io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = reader.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n').map(|end| end + 1);
        let length = end.unwrap_or(buffer.len());
        reader.consume(length);
        skipped += length as u64;
        if end.is_some() || length == 0 {
            return Ok(skipped);
        }
    }
}

/// The refused lines, as they were, each with what is wrong. Made when the first one comes.
struct Report {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Report {
    fn at(path: PathBuf, source: &Path) -> anyhow::Result<Self> {
        let same = |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
        if same(&path, source) {
            bail!("{} cannot be read and written at once: name another file with --report", path.display());
        }
        Ok(Self { path, file: None })
    }

    fn add(&mut self, line: u64, text: &[u8], problems: &[FieldError]) -> anyhow::Result<()> {
        let cannot = || format!("cannot write {}", self.path.display());
        let mut refused = json!({ "line": line, "problems": problems });
        let mut members = match serde_json::from_slice(text) {
            Ok(Value::Object(members)) => members,
            _ => {
                refused["text"] = String::from_utf8_lossy(text).into();
                Map::new()
            }
        };
        members.insert(REFUSED.to_owned(), refused);
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(BufWriter::new(create_private(&self.path)?)),
        };
        serde_json::to_writer(&mut *file, &members).with_context(cannot)?;
        file.write_all(b"\n").with_context(cannot)
    }

    /// Ends the file, and says where it is. Where nothing was refused, one of an earlier run goes if it may.
    fn finish(self, remove_old: bool) -> anyhow::Result<Option<PathBuf>> {
        match self.file {
            Some(mut file) => {
                file.flush().with_context(|| format!("cannot write {}", self.path.display()))?;
                Ok(Some(self.path))
            }
            None => {
                if remove_old {
                    let _ = std::fs::remove_file(&self.path);
                }
                Ok(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn source(text: &[u8]) -> Source {
        Source { reader: Box::new(std::io::Cursor::new(text.to_vec())), size: None, bytes: 0, line: 0 }
    }

    #[test]
    fn lines_have_their_numbers() {
        let mut source = source(b"\xef\xbb\xbfone\r\n\n  \nfour\nfive");
        let lines = source.batch().unwrap();
        let lines: Vec<_> = lines.iter().map(|(number, line)| (*number, std::str::from_utf8(line).unwrap())).collect();
        assert_eq!(lines, [(1, "one"), (4, "four"), (5, "five")]);
        assert!(source.batch().unwrap().is_empty());
        assert_eq!(source.bytes, 21);
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let mut text = vec![b'x'; 3 * LONGEST_LINE];
        text.extend(b"\nshort\n");
        let length = text.len() as u64;
        let mut source = source(&text);
        let lines = source.batch().unwrap();
        assert_eq!((lines[0].0, lines[0].1.len()), (1, LONGEST_LINE + 2));
        assert_eq!(lines[1], (2, b"short".to_vec()));
        assert!(source.batch().unwrap().is_empty());
        assert_eq!(source.bytes, length);
    }

    #[test]
    fn a_batch_is_bounded_in_bytes() {
        let line = format!("{}\n", "x".repeat(LONGEST_LINE - 1));
        let mut source = source(line.repeat(200).as_bytes());
        assert!(source.batch().unwrap().len() <= LARGEST_BATCH / LONGEST_LINE + 1);
    }
}
