//! Which migrations a database has, and applying those that it lacks.

use sqlx::{Connection, migrate::MigrateDatabase};
use time::OffsetDateTime;

use crate::{Database, MIGRATOR, StorageError};

/// How far beyond its own newest migration a schema may be: version N runs beside N+1.
const AHEAD: i64 = 1;

/// The state of a database's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// This version can work with it.
    InRange,
    /// Nothing was ever migrated.
    Empty,
    /// It lacks migrations that this version needs.
    Behind {
        /// The newest applied migration.
        found: i64,
        /// The newest that this version has.
        wanted: i64,
    },
    /// It was migrated by a version that is too much newer.
    Ahead {
        /// The newest applied migration.
        found: i64,
        /// The newest that this version has.
        wanted: i64,
    },
    /// A migration failed half-way.
    Broken {
        /// Which.
        at: i64,
    },
}

fn newest() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Compares the schema with what this version wants.
///
/// # Errors
/// `StorageError` when the database cannot be read.
pub async fn inspect(database: &Database) -> Result<Schema, StorageError> {
    // Not checked at compile time: the table belongs to the migrator.
    let applied: Result<Vec<(i64, bool)>, _> =
        sqlx::query_as("select version, success from _sqlx_migrations order by version")
            .fetch_all(database.pool())
            .await;
    let applied = match applied {
        Ok(applied) => applied,
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01") => return Ok(Schema::Empty),
        Err(error) => return Err(error.into()),
    };
    if let Some((at, _)) = applied.iter().find(|(_, success)| !success) {
        return Ok(Schema::Broken { at: *at });
    }
    let wanted = newest();
    let Some((found, _)) = applied.last().copied() else { return Ok(Schema::Empty) };
    Ok(match found {
        found if found < wanted => Schema::Behind { found, wanted },
        found if found > wanted + AHEAD => Schema::Ahead { found, wanted },
        _ => Schema::InRange,
    })
}

/// Applies what is missing, one instance at a time. Returns the versions that were applied.
///
/// # Errors
/// `StorageError`; a failed migration is rolled back.
pub async fn migrate(database: &Database) -> Result<Vec<i64>, StorageError> {
    let before = applied(database).await?;
    let mut connection = database.connections().acquire().await?.detach();
    // A migration may take longer than any request.
    sqlx::query("set statement_timeout = 0").execute(&mut connection).await?;
    let outcome = MIGRATOR.run(&mut connection).await;
    let _ = connection.close().await;
    outcome.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) => error.into(),
        sqlx::migrate::MigrateError::ExecuteMigration(error, version) => {
            StorageError::Malformed(format!("migration {version} failed: {error}"))
        }
        other => StorageError::Malformed(other.to_string()),
    })?;
    Ok(applied(database).await?.into_iter().filter(|version| !before.contains(version)).collect())
}

async fn applied(database: &Database) -> Result<Vec<i64>, StorageError> {
    let versions: Result<Vec<i64>, _> =
        sqlx::query_scalar("select version from _sqlx_migrations where success").fetch_all(database.pool()).await;
    match versions {
        Ok(versions) => Ok(versions),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01") => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Connects once, outside of the pool, which only says that it waited in vain.
///
/// # Errors
/// `StorageError` with the reason.
pub async fn reach(database: &Database) -> Result<(), StorageError> {
    let connection = sqlx::PgConnection::connect_with(&database.connections().connect_options()).await?;
    Ok(connection.close().await?)
}

/// The database's clock.
///
/// # Errors
/// `StorageError`.
pub async fn clock(database: &Database) -> Result<OffsetDateTime, StorageError> {
    Ok(sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#).fetch_one(database.pool()).await?)
}

/// Makes the database that a URL names, if the server does not have it yet.
///
/// # Errors
/// `StorageError`.
pub async fn ensure_database(url: &str) -> Result<(), StorageError> {
    if !sqlx::Postgres::database_exists(url).await? {
        sqlx::Postgres::create_database(url).await?;
    }
    Ok(())
}
