//! `chancery sweep`.

use clap::Args;

use crate::{
    location::{Location, command_request},
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
        let deployment = self.location.find().await?;
        let outcome = match deployment.provider().await {
            Ok(provider) => provider::sweep::run(&provider.begin(command_request()))
                .await
                .map_err(|refusal| anyhow::anyhow!("the database did not answer: {refusal:?}")),
            Err(error) => Err(error),
        };
        deployment.close().await;
        self.output.print(&outcome?, |removed| {
            let row = |removed: &provider::sweep::Removed| {
                let more = if removed.more { "and more" } else { "" };
                vec![
                    removed.table.to_owned(),
                    removed.rows.to_string(),
                    format!("{:.2}", removed.seconds),
                    more.to_owned(),
                ]
            };
            table(&["ROWS OF", "REMOVED", "SECONDS", ""], &removed.iter().map(row).collect::<Vec<_>>())
        })
    }
}
