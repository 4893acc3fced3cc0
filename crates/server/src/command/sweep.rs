//! `chancery sweep`.

use clap::Args;
use provider::sweep::{self, Removed};

use super::administer;
use crate::{
    location::Location,
    output::{Output, table},
};

/// Which deployment.
#[derive(Args, Debug)]
pub struct Sweep {
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Sweep {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what went wrong.
    pub async fn run(self) -> anyhow::Result<()> {
        let request = self.location.config()?.lifetimes.authorization_request.0;
        let removed =
            administer(&self.location, async |a| Ok(sweep::everything(&a.database, a.now, request).await?)).await?;
        self.output.print(&removed, |removed| {
            let row = |removed: &Removed| {
                let more = if removed.more { "and more" } else { "" };
                let seconds = format!("{:.2}", removed.seconds);
                vec![removed.table.to_owned(), removed.rows.to_string(), seconds, more.to_owned()]
            };
            table(&["ROWS OF", "REMOVED", "SECONDS", ""], &removed.iter().map(row).collect::<Vec<_>>())
        })
    }
}
