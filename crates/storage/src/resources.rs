//! APIs as administrators see and change them. (What token requests read of them is in `registry`.)

use serde_json::Value;
use time::OffsetDateTime;

use crate::{
    Database, StorageError, Tx,
    id::ResourceKey,
    page::{Page, Search},
};

/// An API.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceRecord {
    /// Its row.
    pub key: ResourceKey,
    /// Its identifier: the `resource` parameter and the `aud` of its tokens.
    pub identifier: String,
    /// Its name for people.
    pub name: String,
    /// Scope → description.
    pub scopes: Value,
    /// Scope → how strongly a person must sign in for it.
    pub scope_acr: Value,
    /// Seconds; `None`: the server's default.
    pub access_token_lifetime: Option<i32>,
    /// What signs its tokens.
    pub access_token_signed_response_alg: String,
    /// The `client_id` of the client with which it introspects and exchanges.
    pub resource_server: Option<String>,
    /// Whether tokens are issued for it.
    pub enabled: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
}

/// Lists APIs by identifier.
///
/// # Errors
/// `StorageError`.
pub async fn list(database: &Database, page: Page<'_>) -> Result<Vec<ResourceRecord>, StorageError> {
    Ok(sqlx::query_as!(
        ResourceRecord,
        r#"select r.key as "key: ResourceKey", r.identifier, r.name, r.scopes, r.scope_acr, r.access_token_lifetime,
                  r.access_token_signed_response_alg, c.client_id as "resource_server?", r.enabled, r.created_at,
                  r.updated_at
           from resource r left join client c on c.key = r.resource_server
           where $1::text is null or r.identifier > $1 order by r.identifier limit $2"#,
        page.after,
        page.limit
    )
    .fetch_all(database.pool())
    .await?)
}

/// Lists APIs by identifier, as far as they fit.
///
/// # Errors
/// `StorageError`.
pub async fn search(database: &Database, search: Search<'_>) -> Result<Vec<ResourceRecord>, StorageError> {
    Ok(sqlx::query_as!(
        ResourceRecord,
        r#"with found as (
               (select key from resource
                where enabled and $4 and identifier collate "C" > $1 and identifier collate "C" >= $2
                  and identifier collate "C" < $3
                order by identifier collate "C" limit $6)
               union all
               (select key from resource
                where not enabled and $5 and identifier collate "C" > $1 and identifier collate "C" >= $2
                  and identifier collate "C" < $3
                order by identifier collate "C" limit $6))
           select r.key as "key: ResourceKey", r.identifier, r.name, r.scopes, r.scope_acr, r.access_token_lifetime,
                  r.access_token_signed_response_alg, c.client_id as "resource_server?", r.enabled, r.created_at,
                  r.updated_at
           from found f join resource r on r.key = f.key left join client c on c.key = r.resource_server
           order by r.identifier collate "C" limit $6"#,
        search.after,
        search.prefix,
        search.end(),
        search.wants(true),
        search.wants(false),
        search.limit
    )
    .fetch_all(database.pool())
    .await?)
}

/// Reads one API for a change: its row is locked until the transaction ends.
///
/// # Errors
/// `StorageError`.
pub async fn lock(tx: &mut Tx, identifier: &str) -> Result<Option<ResourceRecord>, StorageError> {
    Ok(sqlx::query_as!(
        ResourceRecord,
        r#"select r.key as "key: ResourceKey", r.identifier, r.name, r.scopes, r.scope_acr, r.access_token_lifetime,
                  r.access_token_signed_response_alg, c.client_id as "resource_server?", r.enabled, r.created_at,
                  r.updated_at
           from resource r left join client c on c.key = r.resource_server
           where r.identifier = $1 for update of r"#,
        identifier
    )
    .fetch_optional(&mut *tx.0)
    .await?)
}

/// Every identifier, in order.
///
/// # Errors
/// `StorageError`.
pub async fn identifiers(tx: &mut Tx) -> Result<Vec<String>, StorageError> {
    Ok(sqlx::query_scalar!("select identifier from resource order by identifier").fetch_all(&mut *tx.0).await?)
}

/// Makes an API.
///
/// # Errors
/// `StorageError::Constraint("resource_identifier_key")` when the identifier is taken.
pub async fn insert(tx: &mut Tx, resource: &ResourceRecord) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into resource (key, identifier, name, scopes, access_token_lifetime, access_token_signed_response_alg,
                               resource_server, enabled, created_at, updated_at, scope_acr)
         values ($1, $2, $3, $4, $5, $6, (select key from client where client_id = $7), $8, $9, $10, $11)",
        resource.key.uuid(),
        resource.identifier,
        resource.name,
        resource.scopes,
        resource.access_token_lifetime,
        resource.access_token_signed_response_alg,
        resource.resource_server,
        resource.enabled,
        resource.created_at,
        resource.updated_at,
        resource.scope_acr
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Replaces what an API says of itself.
///
/// # Errors
/// `StorageError`.
pub async fn update(tx: &mut Tx, resource: &ResourceRecord) -> Result<(), StorageError> {
    sqlx::query!(
        "update resource set name = $2, scopes = $3, access_token_lifetime = $4,
                access_token_signed_response_alg = $5,
                resource_server = (select key from client where client_id = $6), enabled = $7, updated_at = $8,
                scope_acr = $9
         where key = $1",
        resource.key.uuid(),
        resource.name,
        resource.scopes,
        resource.access_token_lifetime,
        resource.access_token_signed_response_alg,
        resource.resource_server,
        resource.enabled,
        resource.updated_at,
        resource.scope_acr
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Deletes an API; clients lose it.
///
/// # Errors
/// `StorageError`.
pub async fn delete(tx: &mut Tx, key: ResourceKey) -> Result<(), StorageError> {
    sqlx::query!("delete from resource where key = $1", key.uuid()).execute(&mut *tx.0).await?;
    Ok(())
}
