//! `chancery migrate`

use anyhow::Context;
use clap::Args;
use storage::schema;

use crate::{location::Location, output::Output};

/// Brings the database's schema up to date. Any number may do so at once: one migrates, the others wait.
#[derive(Args, Debug)]
pub struct Migrate {
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Migrate {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what went wrong.
    pub async fn run(self) -> anyhow::Result<()> {
        let deployment = self.location.find_unmigrated().await?;
        let outcome = schema::migrate(&deployment.database).await.context("cannot migrate");
        deployment.close().await;
        let applied = outcome?;
        self.output.print(&serde_json::json!({ "applied": applied }), |_| match applied.len() {
            0 => "The schema is up to date.".to_owned(),
            1 => "One migration was applied.".to_owned(),
            count => format!("{count} migrations were applied."),
        })
    }
}
