//! `chancery apply FILE`

use std::path::PathBuf;

use clap::Args;
use provider::apply::{self, Action, Change, File, Options};

use super::{administer, read_text};
use crate::{location::Location, output::Output};

/// Makes clients, APIs, people and upstream providers what a file says, in one transaction, and prints what changed.
///
/// It never undoes what people did meanwhile: a password applies when its person is made, rotated secrets stay,
/// nothing disabled is enabled again.
#[derive(Args, Debug)]
pub struct Apply {
    /// TOML or JSON; `-` reads standard input.
    file: PathBuf,
    /// Only print what would change.
    #[arg(long)]
    dry_run: bool,
    /// Remove the clients, APIs and upstream providers that the file does not name, of a kind that it names at all;
    /// members that it does not name fall back to their defaults. People are never removed.
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Apply {
    /// Does it.
    ///
    /// # Errors
    /// One line that names what is wrong.
    pub async fn run(self) -> anyhow::Result<()> {
        let file = File::parse(&self.file, &read_text(&self.file)?)?;
        let options = Options { dry_run: self.dry_run, prune: self.prune, demo: false };
        let changes = administer(&self.location, async move |administration| {
            Ok(apply::apply(&administration, file, options).await?)
        })
        .await?;
        let report = serde_json::json!({ "dry_run": self.dry_run, "changes": changes });
        self.output.print(&report, |_| text(&changes, self.dry_run))
    }
}

fn text(changes: &[Change], dry_run: bool) -> String {
    let (same, changed): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.action == Action::Unchanged);
    let mut lines: Vec<_> = changed.iter().map(ToString::to_string).collect();
    if !same.is_empty() {
        lines.push(format!("= {} unchanged", same.len()));
    }
    if dry_run {
        lines.push("(dry run: nothing was changed)".to_owned());
    }
    lines.join("\n")
}
