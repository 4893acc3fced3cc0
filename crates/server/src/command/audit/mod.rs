//! `chancery audit …`

mod export;
mod list;
mod look;
mod verify;

use clap::Subcommand;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The audit trail.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Show what happened, the newest first.
    List(list::List),
    /// Say where a token comes from, who let it happen, what came of it, and whether it still counts.
    Explain(look::Explain),
    /// Prove that nothing was changed, or name the first record that was.
    Verify(verify::Verify),
    /// Sign for everything up to now, and print that checkpoint, to be kept where this database's owner cannot reach it.
    Checkpoint(look::Checkpoint),
    /// Write everything as JSON Lines.
    Export(export::Export),
    /// Seal what is not sealed yet, now. A running server does so all the time.
    Seal(look::Seal),
    /// Drop the months that are older than `audit.retention`, now. A running server does so every hour.
    Prune(look::Prune),
}

impl Audit {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what went wrong.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(command) => command.run().await,
            Self::Explain(command) => command.run().await,
            Self::Verify(command) => command.run().await,
            Self::Checkpoint(command) => command.run().await,
            Self::Export(command) => command.run().await,
            Self::Seal(command) => command.run().await,
            Self::Prune(command) => command.run().await,
        }
    }
}

/// A time as an option: RFC 3339, or a day in UTC.
fn moment(text: &str) -> Result<OffsetDateTime, String> {
    let day = format!("{text}T00:00:00Z");
    [text, &day]
        .iter()
        .find_map(|text| OffsetDateTime::parse(text, &Rfc3339).ok())
        .ok_or_else(|| "write it as 2026-11-27 or 2026-11-27T12:00:00Z".to_owned())
}

/// A time, for tables: to the second.
fn when(at: OffsetDateTime) -> String {
    let text = at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default();
    text.replace('T', " ").replace('Z', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let day = moment("2026-11-27");
        assert_eq!(day, moment("2026-11-27T01:00:00+01:00"));
        assert_eq!(day.map(when), Ok("2026-11-27 00:00:00".to_owned()));
        assert!(moment("yesterday").is_err() && moment("2026-13-01").is_err());
    }
}
