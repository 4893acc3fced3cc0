//! Where a command finds its database and its keys: `--data DIR`, `DATABASE_URL`, or the configuration file.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use clap::Args;
use provider::{Issuer, Provider, RequestInfo, administration::Administration};
use storage::{
    Database, DatabaseOptions,
    schema::{self, Schema},
};

use crate::{
    config::{Config, Environment},
    data_folder::DataFolder,
    embedded_postgres::Cluster,
};

/// How long a command waits for one statement.
pub const COMMAND: Duration = Duration::from_secs(60);
/// How long a request waits for one statement: it is answered within two seconds, come what may.
pub const REQUEST: Duration = Duration::from_millis(1500);
/// How long a database may take to answer when something starts.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which deployment a command is about.
#[derive(Args, Clone, Debug, Default)]
pub struct Location {
    /// The configuration file.
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub config: Option<PathBuf>,
    /// The data folder of `chancery dev`.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// A deployment, found. What was started for it ends with it.
#[derive(Debug)]
pub struct Deployment {
    /// Its configuration.
    pub config: Config,
    /// Its database, which answers and has a schema that we can work with.
    pub database: Database,
    cluster: Option<Cluster>,
}

/// The variables of this process.
pub fn environment() -> Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

impl Location {
    /// Reads the configuration of this deployment, without touching its database.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn config(&self) -> anyhow::Result<Config> {
        match &self.data {
            Some(data) => DataFolder::existing(data)?.config(),
            None => Ok(Config::load(self.config.as_deref(), &environment())?),
        }
    }

    /// Finds the deployment. A dev server's database that does not run is started for as long as the command takes.
    ///
    /// # Errors
    /// One line that says what is missing and what to do.
    pub async fn find(&self) -> anyhow::Result<Deployment> {
        let deployment = self.find_unmigrated().await?;
        check_schema(&deployment.database, &self.migrate_command()).await?;
        Ok(deployment)
    }

    /// The same, whatever its schema.
    ///
    /// # Errors
    /// One line that says what is missing and what to do.
    pub async fn find_unmigrated(&self) -> anyhow::Result<Deployment> {
        let config = self.config()?;
        let cluster = match &self.data {
            Some(data) => DataFolder::existing(data)?.start_cluster_if_stopped().await?,
            None => None,
        };
        if !config.database.url.is_set() {
            bail!("no database is known: give --data DIR, DATABASE_URL or --config FILE");
        }
        let database = connect(&config, 4, COMMAND)?;
        reach(&database).await?;
        Ok(Deployment { config, database, cluster })
    }

    fn migrate_command(&self) -> String {
        match (&self.data, &self.config) {
            (Some(data), _) => format!("chancery migrate --data {}", data.display()),
            (None, Some(config)) => format!("chancery migrate --config {}", config.display()),
            (None, None) => "chancery migrate".to_owned(),
        }
    }
}

/// Connects lazily, with the limits of the configuration.
///
/// # Errors
/// When the URL cannot be parsed.
pub fn connect(config: &Config, max_connections: u32, answer_timeout: Duration) -> anyhow::Result<Database> {
    let options = DatabaseOptions {
        url: config.database.url.expose().to_owned(),
        max_connections,
        acquire_timeout: config.database.acquire_timeout.0,
        answer_timeout,
    };
    Database::connect_lazy(&options).map_err(|error| config.error("database.url", error).into())
}

/// Makes sure that the database answers.
///
/// # Errors
/// One line with the reason.
pub async fn reach(database: &Database) -> anyhow::Result<()> {
    match tokio::time::timeout(PATIENCE, schema::reach(database)).await {
        Ok(outcome) => outcome.context("cannot use the database"),
        Err(_elapsed) => bail!("the database does not answer within {} s", PATIENCE.as_secs()),
    }
}

/// Refuses a schema that this version cannot work with.
///
/// # Errors
/// One line that says what to do.
pub async fn check_schema(database: &Database, migrate: &str) -> anyhow::Result<()> {
    match schema::inspect(database).await.context("cannot use the database")? {
        Schema::InRange => Ok(()),
        Schema::Empty => bail!("the database is empty: run `{migrate}` first"),
        Schema::Behind { found, wanted } => {
            bail!("the database has schema {found}, and this version needs {wanted}: run `{migrate}` first")
        }
        Schema::Ahead { found, wanted } => {
            bail!("the database has schema {found}, and this version knows {wanted}: use a newer chancery")
        }
        Schema::Broken { at } => {
            bail!("migration {at} failed half-way: restore the database from a backup, or repair it by hand")
        }
    }
}

impl Deployment {
    /// What administrative changes are made with.
    ///
    /// # Errors
    /// When the sealing keys are there but wrong.
    pub fn administration(&self) -> anyhow::Result<Administration> {
        let sealing =
            if self.config.secrets.sealing_keys.is_empty() { None } else { Some(self.config.sealing_keys()?) };
        let hashing = self.config.hashing()?;
        Ok(Administration::of_command(self.database.clone(), sealing, &hashing))
    }

    /// A whole provider, for what concerns its signing keys.
    ///
    /// # Errors
    /// When the sealing keys are missing or do not open them.
    pub async fn provider(&self) -> anyhow::Result<Arc<Provider>> {
        let mut config = self.config.clone();
        if config.server.issuer.is_empty() {
            // Keys do not depend on the issuer, and the database may know it.
            let known = storage::deployment::read(&self.database).await?.issuer;
            config.server.issuer =
                known.filter(|issuer| Issuer::parse(issuer).is_ok()).unwrap_or("http://localhost".into());
        }
        start_provider(&config, self.database.clone()).await
    }

    /// Ends what was started for the command.
    pub async fn close(self) {
        self.database.close().await;
        if let Some(cluster) = self.cluster {
            cluster.stop().await;
        }
    }
}

/// Starts the provider of a configuration.
///
/// # Errors
/// One line that says what to do.
pub async fn start_provider(config: &Config, database: Database) -> anyhow::Result<Arc<Provider>> {
    let sealing = config.sealing_keys()?;
    let settings = config.settings()?;
    Provider::start(settings, database, sealing).await.map_err(|error| match error {
        error @ (storage::StorageError::Sealed(_) | storage::StorageError::SealingKeyMissing(_)) => config
            .error(
                "secrets.sealing_keys",
                format!("the signing keys in the database do not open ({error}): add the key that sealed them"),
            )
            .into(),
        error => anyhow::Error::new(error).context("cannot start"),
    })
}

/// The request of a command, for the audit trail.
pub fn command_request() -> RequestInfo {
    RequestInfo::of_nobody()
}
