//! `chancery serve`

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use storage::{Database, deployment, schema};
use tracing::{info, warn};

use crate::{
    config::Config,
    location::{self, REQUEST, check_schema, connect, reach, start_provider},
    output::say,
    server::{self, Listeners},
    telemetry,
};

/// Serves, in production: explicit configuration, no demo, nothing unsafe.
#[derive(Args, Debug)]
pub struct Serve {
    /// The configuration file. Without it, everything comes from variables.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Bring the database's schema up to date first.
    #[arg(long)]
    migrate: bool,
}

impl Serve {
    /// Serves until SIGTERM or SIGINT.
    ///
    /// # Errors
    /// One line that says what is unsafe or missing, and where.
    pub async fn run(self) -> anyhow::Result<()> {
        let config = Config::load(self.config.as_deref(), &location::environment())?;
        if let Some(problem) = config.problems().into_iter().next() {
            return Err(problem.into());
        }
        telemetry::start(&config)?;
        let metrics = telemetry::metrics()?;
        server::raise_file_limit();
        let stop = server::stop_on_signals()?;
        let listeners = Listeners::bind(&config, ("server.listen", "server.management_listen")).await?;
        let database = connect(&config, config.database.max_connections, REQUEST)?;
        self.prepare(&config, &database).await?;
        let provider = start_provider(&config, database.clone()).await?;
        let address = listeners.public.local_addr()?;
        let management = listeners.management.local_addr()?;
        info!(issuer = config.server.issuer, %address, %management, version = env!("CARGO_PKG_VERSION"), "serving");
        say(&format!("listening on http://{address} (health and metrics on http://{management})"))?;
        server::run(&config, provider, listeners, metrics, stop).await;
        database.close().await;
        Ok(())
    }

    /// Makes sure that the database is one to serve from.
    async fn prepare(&self, config: &Config, database: &Database) -> anyhow::Result<()> {
        reach(database).await?;
        if self.migrate {
            let applied = schema::migrate(database).await.context("cannot migrate the database")?;
            info!(migrations = applied.len(), "migrated");
        }
        let migrate = match &self.config {
            Some(config) => format!("chancery migrate --config {}", config.display()),
            None => "chancery migrate".to_owned(),
        };
        check_schema(database, &migrate).await?;
        let known = deployment::read(database).await.context("cannot use the database")?;
        if known.demo {
            bail!(config.error(
                "database.url",
                "this database holds demo data, whose secrets were printed: give production one of its own"
            ));
        }
        if let Some(before) = known.issuer.filter(|before| *before != config.server.issuer) {
            warn!(before, now = config.server.issuer, "the issuer changed: what was issued under the old one is void");
        }
        deployment::set_issuer(database, &config.server.issuer).await.context("cannot use the database")
    }
}
