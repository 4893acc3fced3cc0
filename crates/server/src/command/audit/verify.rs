//! `chancery audit verify`.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use provider::audit::{
    Month,
    verify::{self, Asked, Report},
};
use time::OffsetDateTime;

use super::{moment, when};
use crate::{
    command::{
        keys::{refused, with_context},
        read_text,
    },
    location::Location,
    output::Output,
    progress::Progress,
};

/// What to prove.
#[derive(Args, Debug)]
pub struct Verify {
    /// What happened from this day or time on. [default: everything]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<OffsetDateTime>,
    /// What happened before this day or time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<OffsetDateTime>,
    /// What happened in this month, as in 2026-11.
    #[arg(long, value_name = "MONTH", value_parser = month, conflicts_with_all = ["since", "until"])]
    month: Option<Month>,
    /// A checkpoint that was kept elsewhere: what `chancery audit checkpoint` printed. With it, not even the owner of the
    /// database can have rewritten what came before.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).ok_or_else(|| "write it as 2026-11".to_owned())
}

impl Verify {
    pub async fn run(self) -> anyhow::Result<()> {
        let checkpoint = self.checkpoint.as_deref().map(read_text).transpose()?.map(|text| jws(&text));
        let since = self.since.or(self.month.map(Month::begins));
        let until = self.until.or(self.month.map(Month::ends));
        let asked = Asked { since, until, checkpoint };
        let report = with_context(&self.location, async |context| {
            let mut progress = Progress::of("records");
            refused(verify::run(context, &asked, &mut |done, total| progress.update(done, Some(total), done)).await)
        })
        .await?;
        let Some(broken) = &report.broken else { return self.output.print(&report, text) };
        if self.output.json {
            self.output.print(&report, |_| String::new())?;
        }
        match (broken.seq, broken.checkpoint) {
            (Some(seq), _) => bail!("the audit trail is broken: record {seq} {}", broken.what),
            (None, Some(number)) => bail!("the audit trail is broken: checkpoint {number} {}", broken.what),
            (None, None) => bail!("the audit trail is not proven: {}", broken.what),
        }
    }
}

/// What was printed as text, or as JSON.
fn jws(text: &str) -> String {
    let json: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let member = json.as_ref().and_then(|json| json.get("checkpoint")?.as_str());
    member.unwrap_or(text).trim().to_owned()
}

fn text(report: &Report) -> String {
    let Report { from, to, records, checkpoints, .. } = report;
    let mut lines = vec![match records {
        0 => "No record was to be looked at.".to_owned(),
        _ => format!("Proven: records {from} to {to} ({records}) are as they were sealed; {checkpoints} checkpoints."),
    }];
    if let Some(at) = report.signed_at {
        lines.push(format!("Signed for up to record {}, at {}.", report.signed_to, when(at)));
    }
    if let Some(seq) = report.kept_elsewhere {
        lines.push(format!("The checkpoint that was kept elsewhere, of record {seq}, is part of it."));
    }
    if let Some(seq) = report.dropped_to {
        lines.push(format!("It begins behind record {seq}: what came before was dropped because of its age."));
    }
    match (report.unsealed, report.oldest_unsealed) {
        (0, _) | (_, None) => lines.push("Nothing waits to be sealed.".to_owned()),
        (count, Some(oldest)) => {
            lines.push(format!("Not sealed yet, and so not proven: {count}, the oldest of {}.", when(oldest)));
        }
    }
    lines.join("\n")
}
