//! Verbs under nouns, one file for each noun. They parse and print; what they do is done by the provider.

mod apply;
mod audit;
mod client;
mod config;
mod dev;
mod doctor;
mod health;
mod keys;
mod mail;
mod migrate;
mod resource;
mod role;
mod secrets;
mod serve;
mod sweep;
mod upstream;
mod user;
mod version;

use std::{io::Read, path::Path, process::ExitCode, time::Duration};

use anyhow::Context;
use clap::{Parser, Subcommand};
use provider::administration::Administration;

use crate::location::{Deployment, Location};

/// An OAuth 2.0 and OpenID Connect authorization server.
#[derive(Debug, Parser)]
#[command(name = "chancery", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve, in production.
    Serve(serve::Serve),
    /// Serve on this machine with everything set up: a database, keys, a demo.
    Dev(dev::Dev),
    /// Bring the database's schema up to date.
    Migrate(migrate::Migrate),
    /// Make clients, APIs, people and upstream providers what a file says.
    Apply(apply::Apply),
    /// Look at the configuration.
    #[command(subcommand)]
    Config(config::Config),
    /// Look for what is wrong with a deployment, and say what to do.
    Doctor(doctor::Doctor),
    /// Ask a running server whether it is ready. For container checks.
    Health(health::Health),
    /// Clients: the apps and services that get tokens.
    #[command(subcommand)]
    Client(client::Client),
    /// People who sign in.
    #[command(subcommand)]
    User(user::User),
    /// APIs that tokens are for.
    #[command(subcommand)]
    Resource(resource::Resource),
    /// Roles: what administrators may do.
    #[command(subcommand)]
    Role(role::Role),
    /// Other OpenID providers that people may sign in with.
    #[command(subcommand)]
    Upstream(upstream::Upstream),
    /// Signing keys.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// The audit trail: who did what, and proof that nobody changed it since.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Mail that the server sends.
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Remove what has ended, now. A running server does so every minute.
    Sweep(sweep::Sweep),
    /// Secrets from outside the database.
    #[command(subcommand)]
    Secrets(secrets::Secrets),
    /// Say which version this is.
    Version(version::Version),
}

/// Runs a command to its end.
///
/// # Errors
/// One line for standard error.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Serve(command) => command.run().await?,
            Command::Dev(command) => command.run().await?,
            Command::Migrate(command) => command.run().await?,
            Command::Apply(command) => command.run().await?,
            Command::Config(command) => return command.run(),
            Command::Doctor(command) => return command.run().await,
            Command::Health(command) => return command.run().await,
            Command::Client(command) => command.run().await?,
            Command::User(command) => command.run().await?,
            Command::Resource(command) => command.run().await?,
            Command::Role(command) => command.run().await?,
            Command::Upstream(command) => command.run().await?,
            Command::Keys(command) => command.run().await?,
            Command::Audit(command) => command.run().await?,
            Command::Mail(command) => command.run().await?,
            Command::Sweep(command) => command.run().await?,
            Command::Secrets(command) => command.run()?,
            Command::Version(command) => command.run()?,
        }
        Ok(ExitCode::SUCCESS)
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

/// Finds the deployment, does something administrative with it, and ends what was started for it.
async fn administer<T>(
    location: &Location,
    act: impl AsyncFnOnce(Administration) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let deployment: Deployment = location.find().await?;
    let outcome = match deployment.administration() {
        Ok(administration) => act(administration).await,
        Err(error) => Err(error),
    };
    deployment.close().await;
    outcome
}

/// Reads a file, or standard input where the name is `-`.
fn read_text(path: &Path) -> anyhow::Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Makes a file that nobody but its owner reads, or empties it.
fn create_private(path: &Path) -> anyhow::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path).with_context(|| format!("cannot write {}", path.display()))
}

/// A duration as an option.
fn duration(text: &str) -> Result<Duration, String> {
    provider::apply::duration::parse(text)
}

/// `yes` or `no`, for tables.
fn yes(truth: bool) -> String {
    if truth { "yes" } else { "no" }.to_owned()
}

/// Which part of a list to print.
#[derive(clap::Args, Clone, Debug)]
struct Paging {
    /// Go on after this one.
    #[arg(long, value_name = "ID")]
    after: Option<String>,
    /// The most to print; 0: all.
    #[arg(long, default_value_t = 0)]
    limit: usize,
}

impl Paging {
    /// Reads page after page until there is enough. `read` takes the last key and how many to read.
    async fn collect<T>(
        &self,
        mut read: impl AsyncFnMut(Option<String>, i64) -> anyhow::Result<Vec<T>>,
        key: impl Fn(&T) -> String,
    ) -> anyhow::Result<Vec<T>> {
        const PAGE: usize = 500;
        let wanted = if self.limit == 0 { usize::MAX } else { self.limit };
        let mut found: Vec<T> = Vec::new();
        let mut after = self.after.clone();
        while found.len() < wanted {
            let limit = PAGE.min(wanted - found.len());
            let page = read(after, i64::try_from(limit)?).await?;
            let last = page.len() < limit;
            after = page.last().map(&key);
            found.extend(page);
            if last {
                break;
            }
        }
        Ok(found)
    }
}
