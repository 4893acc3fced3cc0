//! Clients as administrators see and change them. (What token requests read of them is in `registry`.)

use protocol::client_metadata::stored_members;
use serde_json::Value;
use time::OffsetDateTime;

use crate::{
    Database, StorageError, Tx,
    id::{ClientKey, ClientSecretId, GrantId},
    page::{Page, Search},
    revocations::{self, Withdrawal},
};

/// A client with its APIs and all of its secrets, expired ones too.
#[derive(Clone, Debug)]
pub struct ClientRecord {
    /// Its row.
    pub key: ClientKey,
    /// What the wire calls it.
    pub client_id: String,
    /// RFC 7591 metadata, without members that this version does not know.
    pub metadata: Value,
    /// Whether it may do anything.
    pub enabled: bool,
    /// The root of its own tokens.
    pub standing_grant_id: GrantId,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
    /// Identifiers of the APIs that it may ask for, the default first.
    pub resources: Vec<String>,
    /// The roles that it holds, by name.
    pub roles: Vec<String>,
    /// Its secrets, the oldest first.
    pub secrets: Vec<ClientSecret>,
}

/// One of a client's secrets.
#[derive(Clone, Debug)]
pub struct ClientSecret {
    /// Its row.
    pub id: ClientSecretId,
    /// Under which sealing key its digest was made.
    pub sealing_key_id: u8,
    /// HMAC-SHA-256 of the secret.
    pub digest: Vec<u8>,
    /// Where it came from.
    pub source: SecretSource,
    /// When it was added.
    pub created_at: OffsetDateTime,
    /// When it stops working; `None`: never.
    pub expires_at: Option<OffsetDateTime>,
}

/// Where a secret came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// Made here, shown once.
    Generated,
    /// From a file that was applied. Its row outlives it, so that applying the file again does not bring it back.
    File,
}

impl SecretSource {
    /// As the column says it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::File => "file",
        }
    }
}

struct ClientRow {
    key: uuid::Uuid,
    client_id: String,
    metadata: Value,
    enabled: bool,
    standing_grant_id: uuid::Uuid,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    resources: Vec<String>,
    roles: Vec<String>,
}

struct SecretRow {
    id: uuid::Uuid,
    client_key: uuid::Uuid,
    sealing_key_id: i16,
    digest: Vec<u8>,
    source: String,
    created_at: OffsetDateTime,
    expires_at: Option<OffsetDateTime>,
}

fn assemble(rows: Vec<ClientRow>, secrets: Vec<SecretRow>) -> Result<Vec<ClientRecord>, StorageError> {
    let mut records: Vec<ClientRecord> = rows
        .into_iter()
        .map(|row| ClientRecord {
            key: ClientKey(row.key),
            client_id: row.client_id,
            metadata: stored_members(row.metadata),
            enabled: row.enabled,
            standing_grant_id: GrantId(row.standing_grant_id),
            created_at: row.created_at,
            updated_at: row.updated_at,
            resources: row.resources,
            roles: row.roles,
            secrets: Vec::new(),
        })
        .collect();
    for secret in secrets {
        let Some(record) = records.iter_mut().find(|record| record.key.uuid() == secret.client_key) else { continue };
        record.secrets.push(ClientSecret {
            id: ClientSecretId(secret.id),
            sealing_key_id: u8::try_from(secret.sealing_key_id)
                .map_err(|_| StorageError::Malformed("client_secret.sealing_key_id".to_owned()))?,
            digest: secret.digest,
            source: if secret.source == "file" { SecretSource::File } else { SecretSource::Generated },
            created_at: secret.created_at,
            expires_at: secret.expires_at,
        });
    }
    Ok(records)
}

/// Lists clients by `client_id`.
///
/// # Errors
/// `StorageError`.
pub async fn list(database: &Database, page: Page<'_>) -> Result<Vec<ClientRecord>, StorageError> {
    let rows = sqlx::query_as!(
        ClientRow,
        r#"select c.key, c.client_id, c.metadata, c.enabled, c.standing_grant_id, c.created_at, c.updated_at,
                  coalesce((select array_agg(r.identifier order by cr.position)
                            from client_resource cr join resource r on r.key = cr.resource_key
                            where cr.client_key = c.key), '{}') as "resources!: Vec<String>",
                  coalesce((select array_agg(h.role order by h.role) from role_of_client h
                            where h.client_key = c.key), '{}') as "roles!: Vec<String>"
           from client c where $1::text is null or c.client_id > $1 order by c.client_id limit $2"#,
        page.after,
        page.limit
    )
    .fetch_all(database.pool())
    .await?;
    with_secrets(database, rows).await
}

async fn with_secrets(database: &Database, rows: Vec<ClientRow>) -> Result<Vec<ClientRecord>, StorageError> {
    let keys: Vec<_> = rows.iter().map(|row| row.key).collect();
    let secrets = sqlx::query_as!(
        SecretRow,
        "select id, client_key, sealing_key_id, digest, source, created_at, expires_at
         from client_secret where client_key = any($1) order by created_at, id",
        &keys
    )
    .fetch_all(database.pool())
    .await?;
    assemble(rows, secrets)
}

/// Lists clients by `client_id`, as far as they fit.
///
/// # Errors
/// `StorageError`.
pub async fn search(database: &Database, search: Search<'_>) -> Result<Vec<ClientRecord>, StorageError> {
    let rows = sqlx::query_as!(
        ClientRow,
        r#"with found as (
               (select key from client
                where enabled and $4 and client_id collate "C" > $1 and client_id collate "C" >= $2
                  and client_id collate "C" < $3
                order by client_id collate "C" limit $6)
               union all
               (select key from client
                where not enabled and $5 and client_id collate "C" > $1 and client_id collate "C" >= $2
                  and client_id collate "C" < $3
                order by client_id collate "C" limit $6))
           select c.key, c.client_id, c.metadata, c.enabled, c.standing_grant_id, c.created_at, c.updated_at,
                  coalesce((select array_agg(r.identifier order by cr.position)
                            from client_resource cr join resource r on r.key = cr.resource_key
                            where cr.client_key = c.key), '{}') as "resources!: Vec<String>",
                  coalesce((select array_agg(h.role order by h.role) from role_of_client h
                            where h.client_key = c.key), '{}') as "roles!: Vec<String>"
           from found f join client c on c.key = f.key order by c.client_id collate "C" limit $6"#,
        search.after,
        search.prefix,
        search.end(),
        search.wants(true),
        search.wants(false),
        search.limit
    )
    .fetch_all(database.pool())
    .await?;
    with_secrets(database, rows).await
}

/// Reads one client for a change: its row is locked until the transaction ends.
///
/// # Errors
/// `StorageError`.
pub async fn lock(tx: &mut Tx, client_id: &str) -> Result<Option<ClientRecord>, StorageError> {
    let rows = sqlx::query_as!(
        ClientRow,
        r#"select c.key, c.client_id, c.metadata, c.enabled, c.standing_grant_id, c.created_at, c.updated_at,
                  coalesce((select array_agg(r.identifier order by cr.position)
                            from client_resource cr join resource r on r.key = cr.resource_key
                            where cr.client_key = c.key), '{}') as "resources!: Vec<String>",
                  coalesce((select array_agg(h.role order by h.role) from role_of_client h
                            where h.client_key = c.key), '{}') as "roles!: Vec<String>"
           from client c where c.client_id = $1 for update of c"#,
        client_id
    )
    .fetch_all(&mut *tx.0)
    .await?;
    let keys: Vec<_> = rows.iter().map(|row| row.key).collect();
    let secrets = sqlx::query_as!(
        SecretRow,
        "select id, client_key, sealing_key_id, digest, source, created_at, expires_at
         from client_secret where client_key = any($1) order by created_at, id",
        &keys
    )
    .fetch_all(&mut *tx.0)
    .await?;
    Ok(assemble(rows, secrets)?.pop())
}

/// Every `client_id`, in order.
///
/// # Errors
/// `StorageError`.
pub async fn ids(tx: &mut Tx) -> Result<Vec<String>, StorageError> {
    Ok(sqlx::query_scalar!("select client_id from client order by client_id").fetch_all(&mut *tx.0).await?)
}

/// A client to be made, with the grant that roots its own tokens.
#[derive(Clone, Copy, Debug)]
pub struct NewClient<'a> {
    /// Its row.
    pub key: ClientKey,
    /// What the wire will call it.
    pub client_id: &'a str,
    /// RFC 7591 metadata.
    pub metadata: &'a Value,
    /// The root of its own tokens.
    pub standing_grant_id: GrantId,
    /// When.
    pub at: OffsetDateTime,
}

/// Makes a client and its standing grant.
///
/// # Errors
/// `StorageError::Constraint("client_client_id_key")` when the `client_id` is taken.
pub async fn insert(tx: &mut Tx, client: NewClient<'_>) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into client (key, client_id, metadata, standing_grant_id, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $5)",
        client.key.uuid(),
        client.client_id,
        client.metadata,
        client.standing_grant_id.uuid(),
        client.at
    )
    .execute(&mut *tx.0)
    .await?;
    insert_standing_grant(tx, client.key, client.standing_grant_id, client.at).await
}

async fn insert_standing_grant(
    tx: &mut Tx,
    key: ClientKey,
    grant: GrantId,
    at: OffsetDateTime,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into grants (id, kind, client_key, created_at) values ($1, 'standing', $2, $3)",
        grant.uuid(),
        key.uuid(),
        at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Replaces a client's metadata.
///
/// # Errors
/// `StorageError`.
pub async fn update(tx: &mut Tx, key: ClientKey, metadata: &Value, at: OffsetDateTime) -> Result<(), StorageError> {
    sqlx::query!("update client set metadata = $2, updated_at = $3 where key = $1", key.uuid(), metadata, at)
        .execute(&mut *tx.0)
        .await?;
    Ok(())
}

/// Replaces the APIs that a client may ask for, the default first. Returns how many of `identifiers` exist.
///
/// # Errors
/// `StorageError`.
pub async fn set_resources(tx: &mut Tx, key: ClientKey, identifiers: &[String]) -> Result<u64, StorageError> {
    sqlx::query!("delete from client_resource where client_key = $1", key.uuid()).execute(&mut *tx.0).await?;
    let inserted = sqlx::query!(
        "insert into client_resource (client_key, resource_key, position)
         select $1, r.key, wanted.position - 1
         from unnest($2::text[]) with ordinality as wanted (identifier, position)
         join resource r on r.identifier = wanted.identifier",
        key.uuid(),
        identifiers
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(inserted.rows_affected())
}

/// Lets a disabled client work again, under a new standing grant: what it held before stays withdrawn.
///
/// # Errors
/// `StorageError`.
pub async fn enable(tx: &mut Tx, key: ClientKey, grant: GrantId, at: OffsetDateTime) -> Result<(), StorageError> {
    insert_standing_grant(tx, key, grant, at).await?;
    sqlx::query!(
        "update client set enabled = true, standing_grant_id = $2, updated_at = $3 where key = $1",
        key.uuid(),
        grant.uuid(),
        at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Stops a client. What it holds is the caller's to withdraw.
///
/// # Errors
/// `StorageError`.
pub async fn disable(tx: &mut Tx, key: ClientKey, at: OffsetDateTime) -> Result<(), StorageError> {
    sqlx::query!("update client set enabled = false, updated_at = $2 where key = $1", key.uuid(), at)
        .execute(&mut *tx.0)
        .await?;
    Ok(())
}

/// Withdraws all that a client holds, however much that is: its standing grant, on which every other grant of the client
/// depends and every token of it. The others are swept when they expire.
///
/// # Errors
/// `StorageError`.
pub async fn withdraw(tx: &mut Tx, standing: GrantId, why: Withdrawal) -> Result<(), StorageError> {
    revocations::revoke_grant(tx, standing, why).await?;
    // A grant whose parent is gone counts as little as one whose parent was withdrawn, so it need not wait for them.
    sqlx::query!("update grants set expires_at = $2 where id = $1", standing.uuid(), why.until)
        .execute(&mut *tx.0)
        .await?;
    Ok(())
}

/// Deletes a client with its secrets and what people allowed it. What it holds must have been withdrawn before.
///
/// # Errors
/// `StorageError`.
pub async fn delete(tx: &mut Tx, key: ClientKey) -> Result<(), StorageError> {
    sqlx::query!("delete from client where key = $1", key.uuid()).execute(&mut *tx.0).await?;
    Ok(())
}

/// Adds a secret.
///
/// # Errors
/// `StorageError`.
pub async fn insert_secret(tx: &mut Tx, key: ClientKey, secret: &ClientSecret) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into client_secret (id, client_key, sealing_key_id, digest, source, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        secret.id.uuid(),
        key.uuid(),
        i16::from(secret.sealing_key_id),
        secret.digest,
        secret.source.as_str(),
        secret.created_at,
        secret.expires_at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Lets secrets end at `at`, or earlier if they were to.
///
/// # Errors
/// `StorageError`.
pub async fn expire_secrets(tx: &mut Tx, secrets: &[ClientSecretId], at: OffsetDateTime) -> Result<(), StorageError> {
    let ids: Vec<_> = secrets.iter().map(|id| id.uuid()).collect();
    sqlx::query!("update client_secret set expires_at = least(expires_at, $2) where id = any($1)", &ids, at)
        .execute(&mut *tx.0)
        .await?;
    Ok(())
}

/// Forgets secrets.
///
/// # Errors
/// `StorageError`.
pub async fn delete_secrets(tx: &mut Tx, secrets: &[ClientSecretId]) -> Result<(), StorageError> {
    let ids: Vec<_> = secrets.iter().map(|id| id.uuid()).collect();
    sqlx::query!("delete from client_secret where id = any($1)", &ids).execute(&mut *tx.0).await?;
    Ok(())
}

/// How many live secrets depend on each sealing key.
///
/// # Errors
/// `StorageError`.
pub async fn secrets_by_sealing_key(database: &Database, now: OffsetDateTime) -> Result<Vec<(u8, i64)>, StorageError> {
    let rows = sqlx::query!(
        r#"select sealing_key_id, count(*) as "count!" from client_secret
           where expires_at is null or expires_at > $1 group by sealing_key_id order by sealing_key_id"#,
        now
    )
    .fetch_all(database.pool())
    .await?;
    Ok(rows.into_iter().map(|row| (u8::try_from(row.sealing_key_id).unwrap_or_default(), row.count)).collect())
}
