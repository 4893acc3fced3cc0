//! APIs: what administrators see and change of them.

use std::{collections::BTreeMap, time::Duration};

use protocol::{
    Acr,
    client_metadata::{FieldError, SIGNING_ALGORITHMS},
    resource,
    scope::{is_identity_scope, is_scope_token},
};
use schemars::JsonSchema;
use serde::Serialize;
use storage::{
    StorageError, Tx,
    id::ResourceKey,
    page::{Page, Search},
    resources::{self, ResourceRecord},
};
use time::OffsetDateTime;

use crate::{
    administration::{AdminError, Administration, Invalid, LONGEST_PAGE},
    apply::duration,
};

/// The longest access token that an API may ask for, whatever the server allows.
const LONGEST_LIFETIME: Duration = Duration::from_secs(7 * 86_400);

/// What an API registers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "ResourceRegistration")]
pub struct Registration {
    /// Its name for people.
    pub name: String,
    /// Scope → description in plain words.
    pub scopes: BTreeMap<String, String>,
    /// Scope → how strongly a person must sign in for it at least.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub required_acr: BTreeMap<String, Acr>,
    /// How long its access tokens live; `None`: the server's default.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write_duration")]
    #[schemars(with = "Option<String>")]
    pub access_token_lifetime: Option<Duration>,
    /// What signs them.
    pub access_token_signed_response_alg: String,
    /// The `client_id` of the client with which it introspects and exchanges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_server: Option<String>,
}

impl Registration {
    /// The defaults for an API of this identifier.
    #[must_use]
    pub fn new(identifier: &str) -> Self {
        Self {
            name: identifier.to_owned(),
            scopes: BTreeMap::new(),
            required_acr: BTreeMap::new(),
            access_token_lifetime: None,
            access_token_signed_response_alg: "ES256".to_owned(),
            resource_server: None,
        }
    }
}

fn write_duration<S: serde::Serializer>(lifetime: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    lifetime.map(duration::format).serialize(serializer)
}

/// An API, as administrators see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Resource")]
pub struct ResourceView {
    /// The `resource` parameter and the `aud` of its tokens.
    pub identifier: String,
    /// Whether tokens are issued for it.
    pub enabled: bool,
    /// What it registered.
    #[serde(flatten)]
    pub registration: Registration,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub updated_at: OffsetDateTime,
}

impl ResourceView {
    /// As JSON.
    ///
    /// # Errors
    /// `AdminError::Storage` when it has no JSON form.
    pub fn to_json(&self) -> Result<serde_json::Value, AdminError> {
        Ok(serde_json::to_value(self).map_err(StorageError::from)?)
    }
}

fn view(record: ResourceRecord) -> Result<ResourceView, AdminError> {
    Ok(ResourceView {
        registration: registration(&record)?,
        identifier: record.identifier,
        enabled: record.enabled,
        created_at: record.created_at,
        updated_at: record.updated_at,
    })
}

/// What a row says that the API registered.
pub(crate) fn registration(record: &ResourceRecord) -> Result<Registration, AdminError> {
    let malformed = |error| StorageError::Malformed(format!("resource {}: {error}", record.identifier));
    let scopes = serde_json::from_value(record.scopes.clone()).map_err(malformed)?;
    let required_acr = serde_json::from_value(record.scope_acr.clone()).map_err(malformed)?;
    let lifetime = record.access_token_lifetime.and_then(|seconds| u64::try_from(seconds).ok());
    Ok(Registration {
        name: record.name.clone(),
        scopes,
        required_acr,
        access_token_lifetime: lifetime.map(Duration::from_secs),
        access_token_signed_response_alg: record.access_token_signed_response_alg.clone(),
        resource_server: record.resource_server.clone(),
    })
}

/// Lists APIs by identifier, after one of them.
///
/// # Errors
/// `AdminError::Storage`.
pub async fn list(
    administration: &Administration,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<ResourceView>, AdminError> {
    let page = Page { after, limit: limit.clamp(1, LONGEST_PAGE) };
    resources::list(&administration.database, page).await?.into_iter().map(view).collect()
}

/// Lists APIs by identifier as far as they fit.
///
/// # Errors
/// `AdminError::Storage`.
pub async fn search(administration: &Administration, search: Search<'_>) -> Result<Vec<ResourceView>, AdminError> {
    resources::search(&administration.database, search).await?.into_iter().map(view).collect()
}

/// Shows one API.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn show(administration: &Administration, identifier: &str) -> Result<ResourceView, AdminError> {
    let mut tx = administration.database.begin().await?;
    view(lock(&mut tx, identifier).await?)
}

async fn lock(tx: &mut Tx, identifier: &str) -> Result<ResourceRecord, AdminError> {
    resources::lock(tx, identifier)
        .await?
        .ok_or_else(|| AdminError::Missing { kind: "resource", name: identifier.to_owned() })
}

/// The same for a change of what was looked at.
async fn lock_for_change(
    administration: &Administration,
    tx: &mut Tx,
    identifier: &str,
) -> Result<ResourceRecord, AdminError> {
    let record = lock(tx, identifier).await?;
    administration.check_version(&view(record.clone())?)?;
    Ok(record)
}

/// Changes what an API registered.
///
/// # Errors
/// `AdminError::Missing`, `Invalid`, `Changed`, `Storage`.
pub async fn change(
    administration: &Administration,
    identifier: &str,
    change: impl FnOnce(Registration) -> Registration,
) -> Result<ResourceView, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, identifier).await?;
    let wanted = change(registration(&record)?);
    let changed = write(administration, &mut tx, Some(&record), Place { identifier, entry: "" }, wanted).await?;
    let after = view(lock(&mut tx, identifier).await?)?;
    if changed.is_some_and(|changed| !changed.is_empty()) {
        administration.commit(tx).await?;
    }
    Ok(after)
}

/// Makes an API.
///
/// # Errors
/// `AdminError::Invalid`, `Taken`, `Storage`.
pub async fn create(
    administration: &Administration,
    identifier: &str,
    registration: Registration,
) -> Result<ResourceView, AdminError> {
    let taken = || AdminError::Taken { kind: "resource", name: identifier.to_owned() };
    let mut tx = administration.database.begin().await?;
    if resources::lock(&mut tx, identifier).await?.is_some() {
        return Err(taken());
    }
    let place = Place { identifier, entry: "" };
    write(administration, &mut tx, None, place, registration).await.map_err(|error| match error {
        AdminError::Storage(error) if error.is_constraint("resource_identifier_key") => taken(),
        error => error,
    })?;
    let made = view(lock(&mut tx, identifier).await?)?;
    administration.keep(&mut tx, &made).await?;
    administration.commit(tx).await?;
    Ok(made)
}

/// Which API, and how errors name it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The identifier.
    pub identifier: &'a str,
    /// The entry of a file.
    pub entry: &'a str,
}

/// Writes an API as it is wanted. Returns the members that changed; `None` when it is new.
pub(crate) async fn write(
    administration: &Administration,
    tx: &mut Tx,
    existing: Option<&ResourceRecord>,
    place: Place<'_>,
    wanted: Registration,
) -> Result<Option<Vec<String>>, AdminError> {
    let mut errors = problems(place.identifier, &wanted);
    if administration.is_reserved(place.identifier) {
        let message = "is the management API, which the server defines itself".to_owned();
        errors.push(FieldError { field: "identifier".to_owned(), message });
    }
    if let Some(client) = &wanted.resource_server {
        errors.extend(resource_server_problem(tx, client).await?);
    }
    if !errors.is_empty() {
        let invalid = |error| Invalid { entry: place.entry.to_owned(), error };
        return Err(AdminError::Invalid(errors.into_iter().map(invalid).collect()));
    }
    let now = administration.now;
    let seconds = wanted.access_token_lifetime.map(|lifetime| i32::try_from(lifetime.as_secs()).unwrap_or(i32::MAX));
    let record = ResourceRecord {
        key: existing.map_or_else(ResourceKey::new, |record| record.key),
        identifier: place.identifier.to_owned(),
        name: wanted.name.clone(),
        scopes: serde_json::to_value(&wanted.scopes).map_err(StorageError::from)?,
        scope_acr: serde_json::to_value(&wanted.required_acr).map_err(StorageError::from)?,
        access_token_lifetime: seconds,
        access_token_signed_response_alg: wanted.access_token_signed_response_alg.clone(),
        resource_server: wanted.resource_server.clone(),
        enabled: existing.is_none_or(|record| record.enabled),
        created_at: existing.map_or(now, |record| record.created_at),
        updated_at: now,
    };
    let Some(before) = existing else {
        resources::insert(tx, &record).await?;
        note(administration, tx, "resource.created", (place.identifier, None)).await?;
        return Ok(None);
    };
    let as_json = |registration: &Registration| serde_json::to_value(registration).map_err(StorageError::from);
    let changed = crate::clients::differences(&as_json(&registration(before)?)?, &as_json(&wanted)?);
    if !changed.is_empty() {
        resources::update(tx, &record).await?;
        note(administration, tx, "resource.updated", (place.identifier, Some(&changed))).await?;
    }
    Ok(Some(changed))
}

fn problems(identifier: &str, wanted: &Registration) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut add = |field: &str, message: String| errors.push(FieldError { field: field.to_owned(), message });
    if let Err(error) = resource::validate(identifier) {
        add("identifier", error.to_string());
    } else if identifier.len() > 512 {
        add("identifier", "must be at most 512 characters long".to_owned());
    }
    if wanted.name.trim().is_empty() || wanted.name.chars().count() > 200 || wanted.name.contains(char::is_control) {
        add("name", "must be 1 to 200 characters without control characters".to_owned());
    }
    for (scope, description) in &wanted.scopes {
        let field = format!("scopes.{scope}");
        if !is_scope_token(scope) || scope.len() > 128 {
            add(&field, "is no scope: printable ASCII without spaces, quotes and backslashes".to_owned());
        } else if is_identity_scope(scope) {
            add(&field, "belongs to the issuer: an API cannot define it".to_owned());
        }
        if description.trim().is_empty() || description.chars().count() > 300 {
            add(&field, "needs a description of 1 to 300 characters, for the consent page".to_owned());
        }
    }
    for scope in wanted.required_acr.keys().filter(|scope| !wanted.scopes.contains_key(*scope)) {
        add(&format!("required_acr.{scope}"), "is no scope of this API".to_owned());
    }
    if wanted.access_token_lifetime.is_some_and(|l| l < Duration::from_secs(1) || l > LONGEST_LIFETIME) {
        add("access_token_lifetime", "must be between 1s and 7d".to_owned());
    }
    if !SIGNING_ALGORITHMS.contains(&wanted.access_token_signed_response_alg.as_str()) {
        add("access_token_signed_response_alg", format!("must be one of {}", SIGNING_ALGORITHMS.join(", ")));
    }
    errors
}

async fn resource_server_problem(tx: &mut Tx, client_id: &str) -> Result<Option<FieldError>, AdminError> {
    let message = match storage::clients::lock(tx, client_id).await? {
        None => format!("there is no client {client_id:?}"),
        Some(record) if record.metadata.get("token_endpoint_auth_method").is_some_and(|method| method == "none") => {
            format!("the client {client_id:?} is public: it cannot prove that it is the API")
        }
        Some(_) => return Ok(None),
    };
    Ok(Some(FieldError { field: "resource_server".to_owned(), message }))
}

/// Stops (or lets again) tokens being issued for an API. Returns whether that was a change.
async fn set_enabled(
    administration: &Administration,
    identifier: &str,
    (enabled, event): (bool, &'static str),
) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, identifier).await?;
    if record.enabled == enabled {
        return Ok(false);
    }
    resources::update(&mut tx, &ResourceRecord { enabled, updated_at: administration.now, ..record }).await?;
    note(administration, &mut tx, event, (identifier, None)).await?;
    administration.commit(tx).await?;
    Ok(true)
}

/// Stops tokens being issued for an API. Those that are live run out. Returns whether it was enabled until now.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn disable(administration: &Administration, identifier: &str) -> Result<bool, AdminError> {
    set_enabled(administration, identifier, (false, "resource.disabled")).await
}

/// Lets tokens be issued for an API again. Returns whether it was disabled until now.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn enable(administration: &Administration, identifier: &str) -> Result<bool, AdminError> {
    set_enabled(administration, identifier, (true, "resource.enabled")).await
}

/// Deletes an API; clients lose it.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn delete(administration: &Administration, identifier: &str) -> Result<(), AdminError> {
    let mut tx = administration.database.begin().await?;
    delete_in(administration, &mut tx, identifier).await?;
    administration.commit(tx).await
}

pub(crate) async fn delete_in(
    administration: &Administration,
    tx: &mut Tx,
    identifier: &str,
) -> Result<(), AdminError> {
    let record = lock_for_change(administration, tx, identifier).await?;
    resources::delete(tx, record.key).await?;
    note(administration, tx, "resource.deleted", (identifier, None)).await
}

async fn note(
    administration: &Administration,
    tx: &mut Tx,
    event: &'static str,
    (identifier, changed): (&str, Option<&[String]>),
) -> Result<(), AdminError> {
    let mut entry = administration.entry(event);
    entry.detail = Some(match changed {
        Some(changed) => serde_json::json!({ "resource": identifier, "changed": changed }),
        None => serde_json::json!({ "resource": identifier }),
    });
    administration.append(tx, entry).await
}
