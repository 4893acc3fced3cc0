//! `chancery user export`.

use std::{
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Args;
use provider::people::export::{self, PAGE, Secrets};
use serde_json::json;

use super::super::{administer, create_private};
use crate::{location::Location, output::Output, progress::Progress};

/// Where to, and which secrets.
#[derive(Args, Debug)]
pub struct Export {
    /// The file to write, for its owner alone; standard output when there is none, or `-`.
    file: Option<PathBuf>,
    /// With the hashes of passwords. Keep the file as safe as the database.
    #[arg(long)]
    with_password_hashes: bool,
    /// With the seeds of authenticator apps. Whoever reads the file can make everybody's codes.
    #[arg(long)]
    with_totp_seeds: bool,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Export {
    pub async fn run(self) -> anyhow::Result<()> {
        let secrets = Secrets { password_hashes: self.with_password_hashes, totp: self.with_totp_seeds };
        let file = self.file.as_deref().filter(|file| *file != Path::new("-"));
        let name = file.map_or_else(|| "standard output".to_owned(), |file| file.display().to_string());
        let cannot = || format!("cannot write {name}");
        let written = administer(&self.location, async |administration| {
            let mut out: BufWriter<Box<dyn Write>> = BufWriter::new(match file {
                Some(file) => Box::new(create_private(file)?),
                None => Box::new(std::io::stdout()),
            });
            let total = export::begin(&administration, secrets).await?;
            let mut progress = Progress::new();
            let (mut written, mut after) = (0, None);
            loop {
                let page = export::page(&administration, after, secrets).await?;
                for line in &page {
                    serde_json::to_writer(&mut out, line).with_context(cannot)?;
                    out.write_all(b"\n").with_context(cannot)?;
                }
                written += page.len() as u64;
                progress.update(written, Some(total), written);
                after = page.last().map(|line| line.id);
                if i64::try_from(page.len())? < PAGE {
                    break;
                }
            }
            out.flush().with_context(cannot)?;
            Ok(written)
        })
        .await?;
        match file {
            Some(_) => self
                .output
                .print(&json!({ "people": written, "file": name }), |_| format!("{written} people are in {name}.")),
            None => Ok(()),
        }
    }
}
