//! What the registry remembers: clients with their secrets and APIs, and resources.

use protocol::client_metadata::stored_members;
use serde_json::Value;
use time::OffsetDateTime;

use crate::{
    Database, StorageError,
    id::{ClientKey, GrantId, ResourceKey},
};

/// A client with everything that a token request needs to know of it.
#[derive(Clone, Debug)]
pub struct ClientRow {
    /// The row's key.
    pub key: ClientKey,
    /// The wire's `client_id`.
    pub client_id: String,
    /// RFC 7591 metadata, without members that this version does not know.
    pub metadata: Value,
    /// Whether it may do anything.
    pub enabled: bool,
    /// The root of its own tokens.
    pub standing_grant_id: GrantId,
    /// Identifiers of the APIs that it may ask for, the default first.
    pub resources: Vec<String>,
    /// Names of the permissions that its roles give it, perhaps several times.
    pub permissions: Vec<String>,
    /// Its secrets that were not expired when read: (sealing key id, digest, expiry).
    pub secrets: Vec<SecretRow>,
}

/// One live secret of a client.
#[derive(Clone, Debug)]
pub struct SecretRow {
    /// Under which sealing key its digest was made.
    pub sealing_key_id: u8,
    /// HMAC-SHA-256 of the secret.
    pub digest: Vec<u8>,
    /// When it stops working; `None`: never.
    pub expires_at: Option<OffsetDateTime>,
}

/// An API.
#[derive(Clone, Debug)]
pub struct ResourceRow {
    /// The row's key.
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
    /// The signing algorithm of its tokens.
    pub access_token_signed_response_alg: String,
    /// The client with which it introspects and exchanges.
    pub resource_server: Option<ClientKey>,
    /// Whether tokens are issued for it.
    pub enabled: bool,
}

/// Which client to read.
#[derive(Clone, Copy, Debug)]
pub enum ClientRef<'a> {
    /// By the wire's `client_id`.
    Id(&'a str),
    /// By its row.
    Key(ClientKey),
}

/// Reads a client, or `None`.
///
/// # Errors
/// `StorageError`.
pub async fn client(
    database: &Database,
    which: ClientRef<'_>,
    now: OffsetDateTime,
) -> Result<Option<ClientRow>, StorageError> {
    let (id, key) = match which {
        ClientRef::Id(id) => (Some(id), None),
        ClientRef::Key(key) => (None, Some(key.uuid())),
    };
    let row = sqlx::query!(
        r#"select c.key, c.client_id, c.metadata, c.enabled, c.standing_grant_id,
                  coalesce((select array_agg(r.identifier order by cr.position)
                            from client_resource cr join resource r on r.key = cr.resource_key
                            where cr.client_key = c.key), '{}') as "resources!: Vec<String>",
                  coalesce((select jsonb_agg(jsonb_build_object(
                                'k', s.sealing_key_id, 'd', encode(s.digest, 'hex'),
                                'e', extract(epoch from s.expires_at)::bigint) order by s.created_at)
                            from client_secret s
                            where s.client_key = c.key and (s.expires_at is null or s.expires_at > $3)),
                           '[]') as "secrets!",
                  coalesce((select array_agg(permission)
                            from role_of_client h join role o on o.name = h.role, unnest(o.permissions) permission
                            where h.client_key = c.key), '{}') as "permissions!: Vec<String>"
           from client c where c.client_id = $1 or c.key = $2"#,
        id,
        key,
        now
    )
    .fetch_optional(database.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ClientRow {
        key: ClientKey(row.key),
        client_id: row.client_id,
        metadata: stored_members(row.metadata),
        enabled: row.enabled,
        standing_grant_id: GrantId(row.standing_grant_id),
        resources: row.resources,
        permissions: row.permissions,
        secrets: secrets(row.secrets)?,
    }))
}

fn secrets(json: Value) -> Result<Vec<SecretRow>, StorageError> {
    #[derive(serde::Deserialize)]
    struct Secret {
        k: u8,
        d: String,
        e: Option<i64>,
    }
    let malformed = || StorageError::Malformed("client_secret".to_owned());
    let list: Vec<Secret> = serde_json::from_value(json)?;
    list.into_iter()
        .map(|secret| {
            let digest = (0..secret.d.len() / 2)
                .map(|i| u8::from_str_radix(&secret.d[2 * i..2 * i + 2], 16).map_err(|_| malformed()))
                .collect::<Result<_, _>>()?;
            let expires_at = secret
                .e
                .map(|seconds| OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| malformed()))
                .transpose()?;
            Ok(SecretRow { sealing_key_id: secret.k, digest, expires_at })
        })
        .collect()
}

/// Reads an API by its identifier, or `None`.
///
/// # Errors
/// `StorageError`.
pub async fn resource(database: &Database, identifier: &str) -> Result<Option<ResourceRow>, StorageError> {
    Ok(sqlx::query_as!(
        ResourceRow,
        r#"select key as "key: ResourceKey", identifier, name, scopes, scope_acr, access_token_lifetime,
                  access_token_signed_response_alg, resource_server as "resource_server: ClientKey", enabled
           from resource where identifier = $1"#,
        identifier
    )
    .fetch_optional(database.pool())
    .await?)
}
