//! Clients: what administrators see and change of them.

mod secret;
mod write;

use std::time::Duration;

use protocol::client_metadata::ClientMetadata;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use storage::{
    StorageError, Tx,
    clients::{self, ClientRecord, NewClient, SecretSource},
    id::{ClientKey, ClientSecretId, GrantId},
    page::{Page, Search},
    roles::Holder,
};
use time::OffsetDateTime;

pub use secret::{
    LONGEST, SHORTEST, check as check_secret, generate as generate_secret, secret_digest, secret_matches,
};
pub(crate) use write::{Desired, differences, set_resources, write};

use crate::{
    administration::{AdminError, Administration, LONGEST_PAGE},
    apply::members::overlay,
    roles,
};

/// For how long an expired generated secret stays in the list.
const HISTORY: Duration = Duration::from_secs(30 * 86_400);

/// A client, as administrators see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Client")]
pub struct ClientView {
    /// What the wire calls it.
    pub client_id: String,
    /// Whether it may do anything.
    pub enabled: bool,
    /// What it registered (RFC 7591), the APIs that it may ask for among it.
    #[serde(flatten)]
    pub metadata: ClientMetadata,
    /// The roles that it holds: what it may do at the management API.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Its secrets, the oldest first.
    pub secrets: Vec<SecretView>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub updated_at: OffsetDateTime,
}

/// What may be known of a secret.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Secret")]
pub struct SecretView {
    /// Its id.
    #[schemars(with = "String")]
    pub id: ClientSecretId,
    /// `generated` or `file`.
    pub source: &'static str,
    /// Whether it works now.
    pub live: bool,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub created_at: OffsetDateTime,
    /// When it stops, or stopped, working.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<OffsetDateTime>,
}

impl ClientView {
    fn new(record: ClientRecord, now: OffsetDateTime) -> Result<Self, AdminError> {
        let metadata = metadata(&record)?;
        let secrets = record.secrets.into_iter().map(|secret| SecretView {
            id: secret.id,
            source: secret.source.as_str(),
            live: secret.expires_at.is_none_or(|at| at > now),
            created_at: secret.created_at,
            expires_at: secret.expires_at,
        });
        Ok(Self {
            client_id: record.client_id,
            enabled: record.enabled,
            metadata,
            roles: record.roles,
            secrets: secrets.collect(),
            created_at: record.created_at,
            updated_at: record.updated_at,
        })
    }
}

/// The metadata of a row, with the APIs, which have a table of their own.
pub(crate) fn metadata(record: &ClientRecord) -> Result<ClientMetadata, AdminError> {
    let mut metadata: ClientMetadata = serde_json::from_value(record.metadata.clone())
        .map_err(|error| StorageError::Malformed(format!("client {}: {error}", record.client_id)))?;
    metadata.resources.clone_from(&record.resources);
    Ok(metadata)
}

/// The metadata that members, as they were named, come to.
///
/// # Errors
/// `AdminError::Invalid` names what is wrong.
pub fn metadata_of(members: &serde_json::Map<String, serde_json::Value>) -> Result<ClientMetadata, AdminError> {
    overlay(&ClientMetadata::default(), members, "")
}

/// A client, and its secret where one was made: this is the only time that it is shown.
#[derive(Debug)]
pub struct Made {
    /// The client.
    pub client: ClientView,
    /// Its new secret.
    pub secret: Option<SecretString>,
}

impl Made {
    /// With the secret, as JSON.
    ///
    /// # Errors
    /// `AdminError::Storage` when it has no JSON form.
    pub fn to_json(&self) -> Result<serde_json::Value, AdminError> {
        let mut json = serde_json::to_value(&self.client).map_err(StorageError::from)?;
        if let (Some(secret), Some(members)) = (&self.secret, json.as_object_mut()) {
            members.insert("client_secret".to_owned(), secret.expose_secret().into());
        }
        Ok(json)
    }
}

/// Lists clients by `client_id` as far as they fit.
///
/// # Errors
/// `AdminError::Storage`.
pub async fn search(administration: &Administration, search: Search<'_>) -> Result<Vec<ClientView>, AdminError> {
    let records = clients::search(&administration.database, search).await?;
    records.into_iter().map(|record| ClientView::new(record, administration.now)).collect()
}

/// Lists clients by `client_id`, after one of them.
///
/// # Errors
/// `AdminError::Storage`.
pub async fn list(
    administration: &Administration,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<ClientView>, AdminError> {
    let page = Page { after, limit: limit.clamp(1, LONGEST_PAGE) };
    let records = clients::list(&administration.database, page).await?;
    records.into_iter().map(|record| ClientView::new(record, administration.now)).collect()
}

/// Shows one client.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn show(administration: &Administration, client_id: &str) -> Result<ClientView, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock(&mut tx, client_id).await?;
    ClientView::new(record, administration.now)
}

pub(crate) async fn lock(tx: &mut Tx, client_id: &str) -> Result<ClientRecord, AdminError> {
    clients::lock(tx, client_id)
        .await?
        .ok_or_else(|| AdminError::Missing { kind: "client", name: client_id.to_owned() })
}

/// The same for a change: by somebody who can do as much as the client at least, and of what they have looked at.
async fn lock_for_change(
    administration: &Administration,
    tx: &mut Tx,
    client_id: &str,
) -> Result<ClientRecord, AdminError> {
    let record = lock(tx, client_id).await?;
    roles::guard(administration, tx, Holder::Client(record.key)).await?;
    administration.check_version(&ClientView::new(record.clone(), administration.now)?)?;
    Ok(record)
}

/// Changes what a client registered: each member that is named, where `null` is its default.
///
/// # Errors
/// `AdminError::Missing`, `Invalid`, `Forbidden`, `Changed`, `Storage`.
pub async fn change(
    administration: &Administration,
    client_id: &str,
    members: &serde_json::Map<String, serde_json::Value>,
) -> Result<ClientView, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, client_id).await?;
    let metadata = overlay(&metadata(&record)?, members, "")?;
    let resources = metadata.resources.clone();
    let desired = Desired { client_id, entry: "", metadata, secret: None };
    let written = write(administration, &mut tx, Some(&record), desired).await?;
    set_resources(&mut tx, written.key, "", &resources).await?;
    let client = ClientView::new(lock(&mut tx, client_id).await?, administration.now)?;
    if written.changed.is_some_and(|changed| !changed.is_empty()) {
        administration.commit(tx).await?;
    }
    Ok(client)
}

/// Makes a client, with a generated secret where it authenticates with one.
///
/// # Errors
/// `AdminError::Invalid`, `Taken`, `NoSealingKey`, `Storage`.
pub async fn create(
    administration: &Administration,
    client_id: &str,
    metadata: ClientMetadata,
) -> Result<Made, AdminError> {
    let secret = metadata.token_endpoint_auth_method.uses_secret().then(secret::generate);
    let resources = metadata.resources.clone();
    let desired = Desired { client_id, entry: "", metadata, secret: None };
    let mut tx = administration.database.begin().await?;
    if clients::lock(&mut tx, client_id).await?.is_some() {
        return Err(AdminError::Taken { kind: "client", name: client_id.to_owned() });
    }
    let written = write(administration, &mut tx, None, desired).await.map_err(|error| match error {
        AdminError::Storage(error) if error.is_constraint("client_client_id_key") => {
            AdminError::Taken { kind: "client", name: client_id.to_owned() }
        }
        error => error,
    })?;
    set_resources(&mut tx, written.key, "", &resources).await?;
    if let Some(secret) = &secret {
        let row =
            secret::row(administration.sealing()?, written.key, secret, (SecretSource::Generated, administration.now));
        clients::insert_secret(&mut tx, written.key, &row).await?;
    }
    let client = ClientView::new(lock(&mut tx, client_id).await?, administration.now)?;
    let made = Made { client, secret };
    administration.keep(&mut tx, &made.to_json()?).await?;
    administration.commit(tx).await?;
    Ok(made)
}

/// Gives a client a new secret. The present ones go on working for `grace`.
///
/// # Errors
/// `AdminError::Missing`, `NoSealingKey`, `Storage`; `Invalid` when it authenticates without a secret.
pub async fn rotate_secret(
    administration: &Administration,
    client_id: &str,
    grace: Duration,
) -> Result<Made, AdminError> {
    let now = administration.now;
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, client_id).await?;
    let method = metadata(&record)?.token_endpoint_auth_method;
    if !method.uses_secret() {
        let message = format!("is {}: there is no secret to rotate", method.as_str());
        return Err(AdminError::field(format!("client {client_id}"), "token_endpoint_auth_method", message));
    }
    let live: Vec<_> = record.secrets.iter().filter(|secret| secret.expires_at.is_none_or(|at| at > now)).collect();
    clients::expire_secrets(&mut tx, &live.iter().map(|secret| secret.id).collect::<Vec<_>>(), now + grace).await?;
    // What came from a file stays known for good, so that applying the file again does not bring it back.
    let forgotten: Vec<_> = record
        .secrets
        .iter()
        .filter(|secret| secret.source == SecretSource::Generated)
        .filter(|secret| secret.expires_at.is_some_and(|at| at + HISTORY < now))
        .map(|secret| secret.id)
        .collect();
    clients::delete_secrets(&mut tx, &forgotten).await?;
    let secret = secret::generate();
    let row = secret::row(administration.sealing()?, record.key, &secret, (SecretSource::Generated, now));
    clients::insert_secret(&mut tx, record.key, &row).await?;
    let mut entry = administration.entry("client.secret_rotated");
    entry.client_id = Some(client_id.to_owned());
    entry.detail = Some(serde_json::json!({ "secret": row.id, "grace": grace.as_secs(), "ended": live.len() }));
    administration.append(&mut tx, entry).await?;
    let client = ClientView::new(lock(&mut tx, client_id).await?, now)?;
    administration.commit(tx).await?;
    Ok(Made { client, secret: Some(secret) })
}

/// Stops a client: no new tokens, and all that it holds, or that was exchanged through it, counts no more, not even
/// when it is enabled again. Returns whether it was enabled until now.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn disable(administration: &Administration, client_id: &str) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, client_id).await?;
    if !record.enabled {
        return Ok(false);
    }
    clients::disable(&mut tx, record.key, administration.now).await?;
    let why = administration.withdrawal("client_disabled");
    clients::withdraw(&mut tx, record.standing_grant_id, why).await?;
    note(administration, &mut tx, "client.disabled", &record).await?;
    administration.commit(tx).await?;
    Ok(true)
}

/// Lets a disabled client work again. What it held before stays withdrawn. Returns whether it was disabled until now.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn enable(administration: &Administration, client_id: &str) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, client_id).await?;
    if record.enabled {
        return Ok(false);
    }
    clients::enable(&mut tx, record.key, GrantId::new(), administration.now).await?;
    note(administration, &mut tx, "client.enabled", &record).await?;
    administration.commit(tx).await?;
    Ok(true)
}

/// Deletes a client. A later one of the same name inherits nothing.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn delete(administration: &Administration, client_id: &str) -> Result<(), AdminError> {
    let mut tx = administration.database.begin().await?;
    delete_in(administration, &mut tx, client_id).await?;
    administration.commit(tx).await
}

pub(crate) async fn delete_in(administration: &Administration, tx: &mut Tx, client_id: &str) -> Result<(), AdminError> {
    let record = lock_for_change(administration, tx, client_id).await?;
    let why = administration.withdrawal("client_deleted");
    clients::withdraw(tx, record.standing_grant_id, why).await?;
    clients::delete(tx, record.key).await?;
    note(administration, tx, "client.deleted", &record).await
}

async fn note(
    administration: &Administration,
    tx: &mut Tx,
    event: &'static str,
    record: &ClientRecord,
) -> Result<(), AdminError> {
    let mut entry = administration.entry(event);
    entry.client_id = Some(record.client_id.clone());
    administration.append(tx, entry).await
}

async fn insert(
    administration: &Administration,
    tx: &mut Tx,
    client_id: &str,
    metadata: &serde_json::Value,
) -> Result<ClientKey, StorageError> {
    let key = ClientKey::new();
    let standing_grant_id = GrantId::new();
    clients::insert(tx, NewClient { key, client_id, metadata, standing_grant_id, at: administration.now }).await?;
    Ok(key)
}
