//! The one row that says what this database is.

use crate::{Database, StorageError, Tx};

/// What this database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The issuer that last served from it.
    pub issuer: Option<String>,
    /// Whether it holds demo clients and a demo person, whose secrets were printed.
    pub demo: bool,
}

/// Reads it.
///
/// # Errors
/// `StorageError`.
pub async fn read(database: &Database) -> Result<Deployment, StorageError> {
    Ok(sqlx::query_as!(Deployment, "select issuer, demo from deployment").fetch_one(database.pool()).await?)
}

/// Says which issuer serves from it.
///
/// # Errors
/// `StorageError`.
pub async fn set_issuer(database: &Database, issuer: &str) -> Result<(), StorageError> {
    sqlx::query!("update deployment set issuer = $1 where issuer is distinct from $1", issuer)
        .execute(database.pool())
        .await?;
    Ok(())
}

/// Marks it as a demo's, for good.
///
/// # Errors
/// `StorageError`.
pub async fn mark_demo(tx: &mut Tx) -> Result<(), StorageError> {
    sqlx::query!("update deployment set demo = true where not demo").execute(&mut *tx.0).await?;
    Ok(())
}

/// The sealed key of pairwise subjects, inside a transaction that holds the keys' lock.
///
/// # Errors
/// `StorageError`.
pub async fn pairwise_key(tx: &mut Tx) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(sqlx::query_scalar!("select pairwise_key from deployment").fetch_one(&mut *tx.0).await?)
}

/// Stores it: made at the first start, and sealed anew when the sealing key changed.
///
/// # Errors
/// `StorageError`.
pub async fn set_pairwise_key(tx: &mut Tx, sealed: &[u8]) -> Result<(), StorageError> {
    sqlx::query!("update deployment set pairwise_key = $1", sealed).execute(&mut *tx.0).await?;
    Ok(())
}
