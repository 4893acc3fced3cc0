//! Every SQL statement of the server, in plain functions, one file for each aggregate.
//!
//! Nothing here decides: a function says what it reads or writes and what it returns, and its caller in
//! `provider` knows why. What is spent once is spent by one statement whose `WHERE` says "not yet".

pub mod apply;
pub mod assertion_jti;
pub mod authorization_codes;
pub mod clients;
pub mod consents;
pub mod deployment;
pub mod error;
pub mod grants;
pub mod id;
pub mod journal;
pub mod outbox;
pub mod page;
pub mod pulse;
pub mod refresh_families;
pub mod registry;
pub mod resources;
pub mod revocations;
pub mod schema;
pub mod sealed;
pub mod sessions;
pub mod sign_in;
pub mod signing_keys;
pub mod sweep;
pub mod users;

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

pub use error::StorageError;

/// The migrations in `migrations/`, embedded.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// A pool of connections to the one PostgreSQL that holds all shared state.
#[derive(Clone, Debug)]
pub struct Database {
    pool: PgPool,
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
}

impl Database {
    /// Makes the pool without opening a connection; the first use connects.
    ///
    /// # Errors
    /// `StorageError::Other` when the URL cannot be parsed.
    pub fn connect_lazy(options: &DatabaseOptions) -> Result<Self, StorageError> {
        let connect: PgConnectOptions = options.url.parse()?;
        // What was acknowledged survives `kill -9`, whatever the server's default says. A statement that
        // hangs must not hold its request for longer than the promised two seconds.
        let connect =
            connect.application_name("chancery").options([("synchronous_commit", "on"), ("statement_timeout", "10s")]);
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections)
            .acquire_timeout(options.acquire_timeout)
            .idle_timeout(Duration::from_secs(300))
            .test_before_acquire(false)
            .connect_lazy_with(connect);
        Ok(Self { pool })
    }

    /// The pool, for statements of this crate that stand alone.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Opens a transaction.
    ///
    /// # Errors
    /// `StorageError::Unavailable` when the database cannot be reached in time.
    pub async fn begin(&self) -> Result<Tx, StorageError> {
        Ok(Tx(self.pool.begin().await?))
    }

    /// Connections in use and open, for metrics.
    #[must_use]
    pub fn pool_size(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// A transaction. Dropped without `commit`, it rolls back.
pub struct Tx(pub(crate) sqlx::Transaction<'static, sqlx::Postgres>);

impl Tx {
    /// Commits durably.
    ///
    /// # Errors
    /// `StorageError` when the commit was not acknowledged.
    pub async fn commit(self) -> Result<(), StorageError> {
        Ok(self.0.commit().await?)
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}
