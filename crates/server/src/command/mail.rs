//! `chancery mail …`

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::{config, location::Location, output::Output};

/// Mail that the server sends.
#[derive(Debug, Subcommand)]
pub enum Mail {
    /// Send one mail, now, to see that it arrives.
    Test(Test),
}

/// To whom.
#[derive(Args, Debug)]
pub struct Test {
    address: String,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Mail {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what is wrong, or what the mail host said.
    pub async fn run(self) -> anyhow::Result<()> {
        let Self::Test(Test { address, location, output }) = self;
        let config = location.config()?;
        let mut problems = Vec::new();
        config::mail::problems(&config, &mut problems);
        if let Some(problem) = problems.into_iter().next() {
            return Err(problem.into());
        }
        if let Err(error) = provider::mail::send_test(&config.settings()?, &address).await {
            bail!("the mail was not sent: {error}");
        }
        let host = &config.mail.host;
        output.print(&json!({ "address": address, "host": host }), |_| {
            format!("{host} took the mail to {address}. Look whether it arrives, and whether it is taken for spam.")
        })
    }
}
