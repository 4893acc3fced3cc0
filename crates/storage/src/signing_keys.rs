//! Signing keys: the public half readable, the private half sealed.

use serde_json::Value;
use time::OffsetDateTime;

use crate::{Database, StorageError, Tx, pulse};

/// A signing key's row.
#[derive(Clone, Debug)]
pub struct SigningKeyRow {
    /// The key id: the JWK thumbprint.
    pub kid: String,
    /// `RS256`, `ES256` or `EdDSA`.
    pub algorithm: String,
    /// What JWKS publishes.
    pub public_jwk: Value,
    /// PKCS#8, sealed.
    pub private_sealed: Vec<u8>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it begins to sign.
    pub activates_at: OffsetDateTime,
    /// When it stops signing.
    pub retires_at: Option<OffsetDateTime>,
    /// When JWKS stops publishing it.
    pub removes_at: Option<OffsetDateTime>,
    /// When it was declared compromised: nothing that it signed counts any more.
    pub compromised_at: Option<OffsetDateTime>,
}

/// Every key that is not gone.
///
/// # Errors
/// `StorageError`.
pub async fn list(database: &Database, now: OffsetDateTime) -> Result<Vec<SigningKeyRow>, StorageError> {
    Ok(sqlx::query_as!(
        SigningKeyRow,
        "select * from signing_key where removes_at is null or removes_at > $1 order by activates_at, kid",
        now
    )
    .fetch_all(database.pool())
    .await?)
}

/// One key, also when it is long gone. `None`: there never was one.
///
/// # Errors
/// `StorageError`.
pub async fn find(database: &Database, kid: &str) -> Result<Option<SigningKeyRow>, StorageError> {
    Ok(sqlx::query_as!(SigningKeyRow, "select * from signing_key where kid = $1", kid)
        .fetch_optional(database.pool())
        .await?)
}

/// The same inside a transaction that holds the keys' lock, so that two instances agree on one set.
///
/// # Errors
/// `StorageError`.
pub async fn list_locked(tx: &mut Tx) -> Result<Vec<SigningKeyRow>, StorageError> {
    sqlx::query!("select pg_advisory_xact_lock(7001)").fetch_one(&mut *tx.0).await?;
    Ok(sqlx::query_as!(SigningKeyRow, "select * from signing_key order by activates_at, kid")
        .fetch_all(&mut *tx.0)
        .await?)
}

/// Stores a new key.
///
/// # Errors
/// `StorageError`.
pub async fn insert(tx: &mut Tx, key: &SigningKeyRow) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into signing_key (kid, algorithm, public_jwk, private_sealed, created_at, activates_at)
         values ($1, $2, $3, $4, $5, $6)",
        key.kid,
        key.algorithm,
        key.public_jwk,
        key.private_sealed,
        key.created_at,
        key.activates_at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Sets when a key stops signing and when it leaves JWKS.
///
/// # Errors
/// `StorageError`.
pub async fn retire(
    tx: &mut Tx,
    kid: &str,
    retires_at: OffsetDateTime,
    removes_at: OffsetDateTime,
) -> Result<(), StorageError> {
    sqlx::query!("update signing_key set retires_at = $2, removes_at = $3 where kid = $1", kid, retires_at, removes_at)
        .execute(&mut *tx.0)
        .await?;
    Ok(())
}

/// Declares a key compromised: it signs no more and nothing that it signed counts.
///
/// # Errors
/// `StorageError`.
pub async fn compromise(tx: &mut Tx, kid: &str, at: OffsetDateTime) -> Result<(), StorageError> {
    sqlx::query!(
        "update signing_key set retires_at = least(coalesce(retires_at, $2), $2), removes_at = $2, compromised_at = $2
         where kid = $1",
        kid,
        at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Replaces a key's sealed half (after the sealing key changed).
///
/// # Errors
/// `StorageError`.
pub async fn reseal(tx: &mut Tx, kid: &str, private_sealed: &[u8]) -> Result<(), StorageError> {
    sqlx::query!("update signing_key set private_sealed = $2 where kid = $1", kid, private_sealed)
        .execute(&mut *tx.0)
        .await?;
    Ok(())
}

/// Commits a change of keys: counted as an administrative change, so that every instance follows.
///
/// # Errors
/// `StorageError`.
pub async fn commit(mut tx: Tx) -> Result<(), StorageError> {
    pulse::bump_revision(&mut tx).await?;
    tx.commit().await
}
