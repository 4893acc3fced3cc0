//! Making a client as it is wanted, from nothing or from what it is: for `create` and for `apply`.

use protocol::client_metadata::{ClientMetadata, FieldError, validate_client_id};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use storage::{
    StorageError, Tx,
    clients::{self, ClientRecord, SecretSource},
    id::ClientKey,
};

use super::secret;
use crate::administration::{AdminError, Administration, Invalid};

/// A client as it is wanted.
pub(crate) struct Desired<'a> {
    /// What the wire calls it.
    pub client_id: &'a str,
    /// How errors name it.
    pub entry: &'a str,
    /// All that it registers.
    pub metadata: ClientMetadata,
    /// The secret that a file gives it.
    pub secret: Option<SecretString>,
}

/// What was written.
pub(crate) struct Written {
    /// The row.
    pub key: ClientKey,
    /// The members that changed; `None` when the client is new.
    pub changed: Option<Vec<String>>,
}

/// Writes a client as it is wanted, but for its APIs: these may not be there yet.
pub(crate) async fn write(
    administration: &Administration,
    tx: &mut Tx,
    existing: Option<&ClientRecord>,
    desired: Desired<'_>,
) -> Result<Written, AdminError> {
    check(&desired)?;
    let after = stored(&desired.metadata)?;
    let (key, mut changed) = match existing {
        None => (super::insert(administration, tx, desired.client_id, &after).await?, None),
        Some(record) => {
            // Read and written once more, so that a default of a newer version is no difference.
            let before = stored(&super::metadata(record)?)?;
            let mut fields = differences(&before, &after);
            if !fields.is_empty() {
                clients::update(tx, record.key, &after, administration.now).await?;
            }
            if record.resources != desired.metadata.resources {
                fields.push("resources".to_owned());
            }
            (record.key, Some(fields))
        }
    };
    if let Some(secret) = &desired.secret
        && write_secret(administration, tx, (key, existing), secret).await?
        && let Some(fields) = &mut changed
    {
        fields.push("client_secret".to_owned());
    }
    if changed.as_ref().is_none_or(|fields| !fields.is_empty()) {
        let event = if changed.is_some() { "client.updated" } else { "client.created" };
        let mut entry = administration.entry(event);
        entry.client_id = Some(desired.client_id.to_owned());
        entry.detail = changed.as_ref().map(|fields| serde_json::json!({ "changed": fields }));
        administration.append(tx, entry).await?;
    }
    Ok(Written { key, changed })
}

/// The metadata as the row keeps it: the APIs have a table of their own.
fn stored(metadata: &ClientMetadata) -> Result<Value, AdminError> {
    let metadata = ClientMetadata { resources: Vec::new(), ..metadata.clone() };
    Ok(serde_json::to_value(metadata).map_err(StorageError::from)?)
}

/// The members in which two objects differ, in order.
pub(crate) fn differences(before: &Value, after: &Value) -> Vec<String> {
    let empty = serde_json::Map::new();
    let before = before.as_object().unwrap_or(&empty);
    let after = after.as_object().unwrap_or(&empty);
    let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

fn check(desired: &Desired<'_>) -> Result<(), AdminError> {
    let mut errors = Vec::new();
    errors.extend(validate_client_id(desired.client_id).err());
    errors.extend(desired.metadata.validate().err().unwrap_or_default());
    if let Some(secret) = &desired.secret {
        let method = desired.metadata.token_endpoint_auth_method;
        let problem = if method.uses_secret() {
            secret::check(secret.expose_secret()).err().map(str::to_owned)
        } else {
            Some(format!("is not used with token_endpoint_auth_method {}", method.as_str()))
        };
        errors.extend(problem.map(|message| FieldError { field: "client_secret".to_owned(), message }));
    }
    if errors.is_empty() {
        return Ok(());
    }
    let entry = desired.entry.to_owned();
    Err(AdminError::Invalid(errors.into_iter().map(|error| Invalid { entry: entry.clone(), error }).collect()))
}

/// Adds the secret of a file, unless the client has, or had, it. Returns whether it was added.
///
/// The rows of secrets that came from files outlive them. So a file that is applied again after
/// `client rotate-secret` finds its secret's row, expired, and leaves it so. Only a secret that the file never
/// gave before is a change: it replaces what the file had given, and leaves generated ones alone.
async fn write_secret(
    administration: &Administration,
    tx: &mut Tx,
    (key, existing): (ClientKey, Option<&ClientRecord>),
    secret: &SecretString,
) -> Result<bool, AdminError> {
    let sealing = administration.sealing()?;
    let known = existing.map(|record| record.secrets.as_slice()).unwrap_or_default();
    let matches: Vec<_> = known
        .iter()
        .map(|row| secret::secret_matches(sealing, key, secret.expose_secret(), (row.sealing_key_id, &row.digest)))
        .collect();
    if matches.contains(&Some(true)) {
        return Ok(false);
    }
    // Nobody can say whether this is the secret of old. If it was rotated away, it must not come back.
    let rotated = known.iter().any(|row| row.source == SecretSource::Generated);
    if rotated && matches.contains(&None) {
        return Ok(false);
    }
    let replaced: Vec<_> = known.iter().filter(|row| row.source == SecretSource::File).map(|row| row.id).collect();
    clients::expire_secrets(tx, &replaced, administration.now).await?;
    let row = secret::row(sealing, key, secret, (SecretSource::File, administration.now));
    clients::insert_secret(tx, key, &row).await?;
    Ok(true)
}

/// Sets the APIs that a client may ask for. Each must exist by now.
pub(crate) async fn set_resources(
    tx: &mut Tx,
    key: ClientKey,
    entry: &str,
    identifiers: &[String],
) -> Result<(), AdminError> {
    if clients::set_resources(tx, key, identifiers).await? == identifiers.len() as u64 {
        return Ok(());
    }
    let known = storage::resources::identifiers(tx).await?;
    let unknown = identifiers.iter().enumerate().filter(|(_, identifier)| !known.contains(identifier));
    let problems = unknown.map(|(index, identifier)| Invalid {
        entry: entry.to_owned(),
        error: FieldError { field: format!("resources[{index}]"), message: format!("there is no API {identifier:?}") },
    });
    Err(AdminError::Invalid(problems.collect()))
}
