//! `chancery audit export`.

use std::{
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::{
    command::{
        create_private,
        keys::{refused, with_context},
    },
    location::Location,
    output::Output,
    progress::Progress,
};

/// Where to.
#[derive(Args, Debug)]
pub struct Export {
    /// The file to write, for its owner alone; `-` is standard output.
    file: PathBuf,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Export {
    pub async fn run(self) -> anyhow::Result<()> {
        let file = Some(self.file.as_path()).filter(|file| *file != Path::new("-"));
        let name = file.map_or_else(|| "standard output".to_owned(), |file| file.display().to_string());
        let cannot = || format!("cannot write {name}");
        let written = with_context(&self.location, async |context| {
            let mut out: BufWriter<Box<dyn Write + Send>> = BufWriter::new(match file {
                Some(file) => Box::new(create_private(file)?),
                None => Box::new(std::io::stdout()),
            });
            let mut export = refused(provider::audit::export::Export::begin(context).await)?;
            let mut progress = Progress::of("records");
            let mut written = 0;
            loop {
                let page = refused(export.page(context).await)?;
                if page.is_empty() && export.left() == 0 {
                    break;
                }
                for line in &page {
                    serde_json::to_writer(&mut out, line).with_context(cannot)?;
                    out.write_all(b"\n").with_context(cannot)?;
                }
                written += page.len() as u64;
                progress.update(written, Some(written + export.left()), written);
            }
            out.flush().with_context(cannot)?;
            Ok(written)
        })
        .await?;
        match file {
            Some(_) => self
                .output
                .print(&json!({ "records": written, "file": name }), |_| format!("{written} records are in {name}.")),
            None => Ok(()),
        }
    }
}
