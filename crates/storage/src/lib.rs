//! Every SQL statement of the server, in plain functions, one file for each aggregate.
//!
//! Nothing here decides: a function says what it reads or writes and what it returns, and its caller in
//! `provider` knows why. What is spent once is spent by one statement whose `WHERE` says "not yet".

pub mod account;
pub mod apply;
pub mod assertion_jti;
pub mod audit;
pub mod authorization_codes;
mod bounded;
pub mod clients;
pub mod consents;
pub mod deployment;
pub mod error;
pub mod factors;
pub mod grants;
pub mod guesses;
pub mod id;
pub mod idempotent_requests;
pub mod journal;
pub mod one_time;
pub mod outbox;
pub mod page;
pub mod passkeys;
pub mod pulse;
pub mod recovery_codes;
pub mod refresh_families;
pub mod registry;
pub mod reseal;
pub mod resources;
pub mod revocations;
pub mod roles;
pub mod schema;
pub mod sealed;
pub mod sessions;
pub mod sign_in;
pub mod signing_keys;
pub mod spent;
pub mod sweep;
pub mod targeting;
pub mod totp;
pub mod upstream_accounts;
pub mod upstreams;
pub mod users;

use std::time::Duration;

use bounded::{Bounded, Lease};
use sqlx::{
    Executor,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
};

pub use error::StorageError;

/// How long work in the background waits for one statement.
const BACKGROUND: Duration = Duration::from_secs(15);

/// What requests run finds its rows by key. Its plans are made once, on a new server while the tables are still empty,
/// and then reading one whole looks cheap: it must not come to that.
const BY_KEY: [(&str, &str); 4] =
    [("enable_seqscan", "off"), ("enable_mergejoin", "off"), ("seq_page_cost", "0.1"), ("random_page_cost", "0.1")];

/// The migrations in `migrations/`, embedded.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// A pool of connections to the one PostgreSQL that holds all shared state.
#[derive(Clone, Debug)]
pub struct Database {
    pool: PgPool,
    /// For work in the background, whose statements may take longer.
    patient: PgPool,
    answer_timeout: Duration,
}

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct DatabaseOptions {
    /// A `postgres://` URL.
    pub url: String,
    /// The most connections that this instance may open.
    pub max_connections: u32,
    /// How long a request waits for a connection before it is refused with 503.
    pub acquire_timeout: Duration,
    /// How long anybody waits for the answer to one statement, the wait for a connection included.
    pub answer_timeout: Duration,
}

impl Database {
    /// Makes the pool without opening a connection; the first use connects.
    ///
    /// # Errors
    /// `StorageError::Other` when the URL cannot be parsed.
    pub fn connect_lazy(options: &DatabaseOptions) -> Result<Self, StorageError> {
        // What was acknowledged survives `kill -9`, whatever the server's default says.
        let connect: PgConnectOptions = options.url.parse()?;
        let connect = connect.application_name("chancery").options([
            ("synchronous_commit", "on"),
            // Statements are prepared once. Planning the longer ones anew at each call costs more than running them.
            ("plan_cache_mode", "force_generic_plan"),
            ("jit", "off"),
        ]);
        // One connection of several is for the background.
        let (ours, patient) = match options.max_connections {
            few @ 0..=3 => (few, 1),
            many => (many - 1, 1),
        };
        let pool = |size, answer: Duration, plans: &[(&'static str, &'static str)]| {
            // What nobody waits for any more (see `bounded`) must not come to pass later, so the database gives up first.
            let statement_timeout = (answer * 4 / 5).as_millis().to_string();
            PgPoolOptions::new()
                .max_connections(size)
                .acquire_timeout(options.acquire_timeout)
                .idle_timeout(Duration::from_secs(300))
                .test_before_acquire(false)
                .connect_lazy_with(
                    connect.clone().options(plans.iter().copied()).options([("statement_timeout", statement_timeout)]),
                )
        };
        Ok(Self {
            pool: pool(ours, options.answer_timeout, &BY_KEY),
            patient: pool(patient, BACKGROUND, &[]),
            answer_timeout: options.answer_timeout,
        })
    }

    /// The pool, for statements of this crate that stand alone.
    pub(crate) fn pool(&self) -> Bounded<'_> {
        Bounded { pool: &self.pool, limit: self.answer_timeout }
    }

    /// The same for work in the background, which may take its time.
    pub(crate) fn patient_pool(&self) -> Bounded<'_> {
        Bounded { pool: &self.patient, limit: BACKGROUND }
    }

    /// The pool itself, for what is no statement.
    pub(crate) fn connections(&self) -> &PgPool {
        &self.pool
    }

    /// Opens a transaction.
    ///
    /// # Errors
    /// `StorageError::Unavailable` when the database cannot be reached in time.
    pub async fn begin(&self) -> Result<Tx, StorageError> {
        let mut lease = Lease::of(&self.pool, self.answer_timeout).await?;
        lease.begin().await?;
        Ok(Tx(Box::new(lease)))
    }

    /// The same for work in the background, whose statements may take longer.
    pub(crate) async fn begin_patiently(&self) -> Result<Tx, StorageError> {
        let mut lease = Lease::of(&self.patient, BACKGROUND).await?;
        lease.begin().await?;
        Ok(Tx(Box::new(lease)))
    }

    /// Connections in use and open, for metrics.
    #[must_use]
    pub fn pool_size(&self) -> (u32, usize) {
        (self.pool.size() + self.patient.size(), self.pool.num_idle() + self.patient.num_idle())
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
        self.patient.close().await;
    }
}

/// A transaction. Dropped without `commit`, it is rolled back.
pub struct Tx(pub(crate) Box<Lease>);

impl Tx {
    /// Commits durably.
    ///
    /// # Errors
    /// `StorageError` when the commit was not acknowledged.
    pub async fn commit(self) -> Result<(), StorageError> {
        let mut lease = self.0;
        lease.execute("commit").await?;
        lease.give_back();
        Ok(())
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}
