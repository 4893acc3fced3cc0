//! Upstream OpenID providers: what administrators see and change, and what the registry remembers.

use serde_json::Value;
use time::OffsetDateTime;

use crate::{Database, StorageError, Tx, id::UpstreamId, page::Page};

/// An upstream provider.
#[derive(Clone, PartialEq)]
pub struct UpstreamRecord {
    /// Its row.
    pub id: UpstreamId,
    /// Its name in addresses, files and commands.
    pub slug: String,
    /// Its issuer, letter for letter as its tokens say it.
    pub issuer: String,
    /// Its name for people.
    pub name: String,
    /// Who we are there.
    pub client_id: String,
    /// Our secret there, sealed; bound to the row.
    pub client_secret_sealed: Option<Vec<u8>>,
    /// How we authenticate there.
    pub token_endpoint_auth_method: String,
    /// What we ask for, separated by spaces.
    pub scope: String,
    /// The mail domains that it speaks for, normalized.
    pub domains: Vec<String>,
    /// Who becomes a person that is not known yet.
    pub sign_up: String,
    /// Our claim → theirs.
    pub claims: Value,
    /// Whether the sign-in page shows a button for it.
    pub button: bool,
    /// Whether people may sign in with it.
    pub enabled: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
}

impl std::fmt::Debug for UpstreamRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpstreamRecord").field("id", &self.id).field("slug", &self.slug).finish_non_exhaustive()
    }
}

/// Lists upstream providers by slug.
///
/// # Errors
/// `StorageError`.
pub async fn list(database: &Database, page: Page<'_>) -> Result<Vec<UpstreamRecord>, StorageError> {
    Ok(sqlx::query_as!(
        UpstreamRecord,
        r#"select id as "id: UpstreamId", slug, issuer, name, client_id, client_secret_sealed,
                  token_endpoint_auth_method, scope, domains, sign_up, claims, button, enabled, created_at, updated_at
           from upstream where $1::text is null or slug > $1 order by slug limit $2"#,
        page.after,
        page.limit
    )
    .fetch_all(database.pool())
    .await?)
}

/// Reads those that people may sign in with, in the order in which they were made.
///
/// # Errors
/// `StorageError`.
pub async fn enabled(database: &Database) -> Result<Vec<UpstreamRecord>, StorageError> {
    Ok(sqlx::query_as!(
        UpstreamRecord,
        r#"select id as "id: UpstreamId", slug, issuer, name, client_id, client_secret_sealed,
                  token_endpoint_auth_method, scope, domains, sign_up, claims, button, enabled, created_at, updated_at
           from upstream where enabled order by id"#
    )
    .fetch_all(database.pool())
    .await?)
}

/// Reads every one for a change: the rows are locked until the transaction ends.
///
/// # Errors
/// `StorageError`.
pub async fn lock_all(tx: &mut Tx) -> Result<Vec<UpstreamRecord>, StorageError> {
    Ok(sqlx::query_as!(
        UpstreamRecord,
        r#"select id as "id: UpstreamId", slug, issuer, name, client_id, client_secret_sealed,
                  token_endpoint_auth_method, scope, domains, sign_up, claims, button, enabled, created_at, updated_at
           from upstream order by slug for update"#
    )
    .fetch_all(&mut *tx.0)
    .await?)
}

/// Makes one.
///
/// # Errors
/// `StorageError::Constraint("upstream_slug_key")` or `("upstream_issuer_key")` when there is one like it.
pub async fn insert(tx: &mut Tx, upstream: &UpstreamRecord) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into upstream (id, slug, issuer, name, client_id, client_secret_sealed, token_endpoint_auth_method,
                               scope, domains, sign_up, claims, button, enabled, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        upstream.id.uuid(),
        upstream.slug,
        upstream.issuer,
        upstream.name,
        upstream.client_id,
        upstream.client_secret_sealed,
        upstream.token_endpoint_auth_method,
        upstream.scope,
        &upstream.domains,
        upstream.sign_up,
        upstream.claims,
        upstream.button,
        upstream.enabled,
        upstream.created_at,
        upstream.updated_at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Replaces everything but slug and issuer.
///
/// # Errors
/// `StorageError`.
pub async fn update(tx: &mut Tx, upstream: &UpstreamRecord) -> Result<(), StorageError> {
    sqlx::query!(
        "update upstream set name = $2, client_id = $3, client_secret_sealed = $4, token_endpoint_auth_method = $5,
                scope = $6, domains = $7, sign_up = $8, claims = $9, button = $10, enabled = $11, updated_at = $12
         where id = $1",
        upstream.id.uuid(),
        upstream.name,
        upstream.client_id,
        upstream.client_secret_sealed,
        upstream.token_endpoint_auth_method,
        upstream.scope,
        &upstream.domains,
        upstream.sign_up,
        upstream.claims,
        upstream.button,
        upstream.enabled,
        upstream.updated_at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Deletes one, with the links of the people who sign in with it. Returns how many links there were.
///
/// # Errors
/// `StorageError`.
pub async fn delete(tx: &mut Tx, id: UpstreamId) -> Result<u64, StorageError> {
    let links = sqlx::query!("delete from upstream_account where upstream_id = $1", id.uuid())
        .execute(&mut *tx.0)
        .await?
        .rows_affected();
    sqlx::query!("delete from upstream where id = $1", id.uuid()).execute(&mut *tx.0).await?;
    Ok(links)
}
