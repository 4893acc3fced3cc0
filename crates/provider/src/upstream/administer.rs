//! Upstream providers: what administrators see and change of them.

use std::collections::HashMap;

use protocol::client_metadata::{AuthMethod, FieldError};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use storage::{
    StorageError, Tx, deployment,
    id::UpstreamId,
    page::Page,
    sealed::{Place, SealingKeys},
    upstreams::{self, UpstreamRecord},
};
use time::OffsetDateTime;

use super::{
    callback_path,
    registration::{Registration, is_visible},
};
use crate::{
    administration::{AdminError, Administration, Invalid, LONGEST_PAGE},
    roles::rules,
};

/// The most providers of a deployment: instances remember all of them.
const MOST: usize = 1000;

/// An upstream provider, as administrators see it.
#[derive(Clone, Debug, Serialize)]
pub struct UpstreamView {
    /// Its name in addresses, files and commands.
    pub slug: String,
    /// Whether people may sign in with it.
    pub enabled: bool,
    /// Whether we have a secret there.
    pub has_secret: bool,
    /// What must be registered there. Not known before the server has been started once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// What it registered.
    #[serde(flatten)]
    pub registration: Registration,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

fn view(record: &UpstreamRecord, issuer: Option<&str>) -> Result<UpstreamView, AdminError> {
    Ok(UpstreamView {
        registration: Registration::of(record)?,
        redirect_uri: issuer.map(|issuer| format!("{issuer}{}", callback_path(&record.slug))),
        slug: record.slug.clone(),
        enabled: record.enabled,
        has_secret: record.client_secret_sealed.is_some(),
        created_at: record.created_at,
        updated_at: record.updated_at,
    })
}

/// Where the secret of a provider is sealed.
pub(super) fn place(id: &str) -> Place<'_> {
    Place { table: "upstream", column: "client_secret_sealed", row: id }
}

/// Lists upstream providers by slug, after one of them.
///
/// # Errors
/// `AdminError::Storage`.
pub async fn list(
    administration: &Administration,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<UpstreamView>, AdminError> {
    let page = Page { after, limit: limit.clamp(1, LONGEST_PAGE) };
    let issuer = deployment::read(&administration.database).await?.issuer;
    let records = upstreams::list(&administration.database, page).await?;
    records.iter().map(|record| view(record, issuer.as_deref())).collect()
}

/// Shows one.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn show(administration: &Administration, slug: &str) -> Result<UpstreamView, AdminError> {
    let issuer = deployment::read(&administration.database).await?.issuer;
    let mut tx = administration.database.begin().await?;
    view(&lock(&mut tx, slug).await?, issuer.as_deref())
}

async fn lock(tx: &mut Tx, slug: &str) -> Result<UpstreamRecord, AdminError> {
    let missing = || AdminError::Missing { kind: "upstream", name: slug.to_owned() };
    let all = upstreams::lock_all(tx).await?;
    all.into_iter().find(|record| record.slug == slug).ok_or_else(missing)
}

/// An upstream provider as it is wanted.
pub(crate) struct Desired<'a> {
    /// Its name in addresses, files and commands.
    pub slug: &'a str,
    /// How errors name the entry.
    pub entry: &'a str,
    /// All that it registers.
    pub registration: Registration,
    /// Our secret there; without one, what is known stays.
    pub secret: Option<&'a SecretString>,
}

/// Makes one.
///
/// # Errors
/// `AdminError::Invalid`, `Taken`, `NoSealingKey`, `Storage`.
pub async fn create(
    administration: &Administration,
    slug: &str,
    registration: Registration,
    secret: Option<SecretString>,
) -> Result<UpstreamView, AdminError> {
    let mut tx = administration.database.begin().await?;
    storage::apply::lock(&mut tx).await?;
    let all = upstreams::lock_all(&mut tx).await?;
    if all.iter().any(|record| record.slug == slug) {
        return Err(AdminError::Taken { kind: "upstream", name: slug.to_owned() });
    }
    let desired = Desired { slug, entry: "", registration, secret: secret.as_ref() };
    write(administration, &mut tx, &all, desired).await?;
    check_domains(&mut tx, &[(slug, "")]).await?;
    administration.commit(tx).await?;
    show(administration, slug).await
}

/// Writes an upstream provider as it is wanted, but for its domains: whether others have them is asked when all are
/// written, by [`check_domains`]. `all` are those that there are. Returns the members that changed; `None` when it is
/// new.
pub(crate) async fn write(
    administration: &Administration,
    tx: &mut Tx,
    all: &[UpstreamRecord],
    desired: Desired<'_>,
) -> Result<Option<Vec<String>>, AdminError> {
    let existing = all.iter().find(|record| record.slug == desired.slug);
    let registration = desired.registration.normalized();
    let secret = desired.secret.map(ExposeSecret::expose_secret);
    let mut errors = registration.problems(desired.slug);
    errors.extend(conflicts(all, existing, &registration.issuer));
    let has_secret = secret.is_some() || existing.is_some_and(|record| record.client_secret_sealed.is_some());
    errors.extend(secret_problem(registration.token_endpoint_auth_method, secret, has_secret));
    if existing.is_none() && all.len() >= MOST {
        let message = format!("there are {MOST} upstream providers already, which is the most");
        errors.push(FieldError { field: "slug".to_owned(), message });
    }
    if !errors.is_empty() {
        let invalid = |error| Invalid { entry: desired.entry.to_owned(), error };
        return Err(AdminError::Invalid(errors.into_iter().map(invalid).collect()));
    }
    let id = existing.map_or_else(UpstreamId::new, |record| record.id);
    let before = existing.and_then(|record| record.client_secret_sealed.clone());
    let (sealed, secret_changed) = match secret {
        Some(secret) => seal(administration, id, before, secret)?,
        None => (before, false),
    };
    let now = administration.now;
    let record = UpstreamRecord {
        id,
        slug: desired.slug.to_owned(),
        issuer: registration.issuer.clone(),
        name: registration.name.clone(),
        client_id: registration.client_id.clone(),
        client_secret_sealed: sealed,
        token_endpoint_auth_method: registration.token_endpoint_auth_method.as_str().to_owned(),
        scope: registration.scope.clone(),
        domains: registration.domains.clone(),
        sign_up: registration.sign_up.as_str().to_owned(),
        claims: serde_json::to_value(&registration.claims).map_err(StorageError::from)?,
        button: registration.button,
        enabled: existing.is_none_or(|record| record.enabled),
        created_at: existing.map_or(now, |record| record.created_at),
        updated_at: now,
    };
    let Some(existing) = existing else {
        upstreams::insert(tx, &record).await?;
        note(administration, tx, "upstream.created", serde_json::json!({ "upstream": desired.slug })).await?;
        return Ok(None);
    };
    let as_json = |registration: &Registration| serde_json::to_value(registration).map_err(StorageError::from);
    let mut changed = crate::clients::differences(&as_json(&Registration::of(existing)?)?, &as_json(&registration)?);
    if secret_changed {
        changed.push("client_secret".to_owned());
    }
    if !changed.is_empty() {
        upstreams::update(tx, &record).await?;
        let detail = serde_json::json!({ "upstream": desired.slug, "changed": changed });
        note(administration, tx, "upstream.updated", detail).await?;
    }
    Ok(Some(changed))
}

/// Issuers are unique, and never change: who is known at one must not become somebody at another.
fn conflicts(all: &[UpstreamRecord], existing: Option<&UpstreamRecord>, issuer: &str) -> Option<FieldError> {
    let message = match existing {
        Some(record) if record.issuer != issuer => format!(
            "cannot change from {:?}: people are known by issuer and subject; delete the provider and make a new one",
            record.issuer
        ),
        Some(_) => return None,
        None => format!("is that of {:?}", all.iter().find(|record| record.issuer == issuer)?.slug),
    };
    Some(FieldError { field: "issuer".to_owned(), message })
}

fn secret_problem(method: AuthMethod, secret: Option<&str>, has_secret: bool) -> Option<FieldError> {
    let message = match secret {
        Some(_) if !method.uses_secret() => format!("is of no use with {}", method.as_str()),
        Some(secret) if !is_visible(secret, 1024) => "must be 1 to 1024 printable ASCII characters".to_owned(),
        None if method.uses_secret() && !has_secret => format!("is missing: {} needs one", method.as_str()),
        _ => return None,
    };
    Some(FieldError { field: "client_secret".to_owned(), message })
}

/// The sealed secret, and whether it is another one than before.
fn seal(
    administration: &Administration,
    id: UpstreamId,
    before: Option<Vec<u8>>,
    secret: &str,
) -> Result<(Option<Vec<u8>>, bool), AdminError> {
    let sealing = administration.sealing()?;
    let row = id.to_string();
    let same = before.filter(|sealed| sealing.open(place(&row), sealed).is_ok_and(|old| **old == *secret.as_bytes()));
    Ok(match same {
        Some(sealed) => (Some(sealed), false),
        None => (Some(sealing.seal(place(&row), secret.as_bytes())), true),
    })
}

/// No two providers speak for one mail domain. `written` are those that were just written, each with its entry.
pub(crate) async fn check_domains(tx: &mut Tx, written: &[(&str, &str)]) -> Result<(), AdminError> {
    let all = upstreams::lock_all(tx).await?;
    let mut owners: HashMap<&str, &str> = HashMap::new();
    let mut problems = Vec::new();
    let of_file = |slug: &str| written.iter().find(|(written, _)| *written == slug);
    // Those that were not written first, so that errors name what can be changed.
    let (ours, others): (Vec<_>, Vec<_>) = all.iter().partition(|record| of_file(&record.slug).is_some());
    for record in others.into_iter().chain(ours) {
        for domain in &record.domains {
            if let Some(owner) = owners.insert(domain, &record.slug) {
                let entry = of_file(&record.slug).map_or(record.slug.as_str(), |(_, entry)| entry);
                let message = format!("{domain:?} belongs to {owner:?} already");
                let error = FieldError { field: "domains".to_owned(), message };
                problems.push(Invalid { entry: entry.to_owned(), error });
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(AdminError::Invalid(problems)) }
}

async fn set_enabled(
    administration: &Administration,
    slug: &str,
    (enabled, event): (bool, &'static str),
) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock(&mut tx, slug).await?;
    if record.enabled == enabled {
        return Ok(false);
    }
    upstreams::update(&mut tx, &UpstreamRecord { enabled, updated_at: administration.now, ..record }).await?;
    note(administration, &mut tx, event, serde_json::json!({ "upstream": slug })).await?;
    administration.commit(tx).await?;
    Ok(true)
}

/// Stops people signing in with a provider. Who is signed in stays so. Returns whether it was enabled until now.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn disable(administration: &Administration, slug: &str) -> Result<bool, AdminError> {
    set_enabled(administration, slug, (false, "upstream.disabled")).await
}

/// Lets people sign in with a provider again. Returns whether it was disabled until now.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn enable(administration: &Administration, slug: &str) -> Result<bool, AdminError> {
    set_enabled(administration, slug, (true, "upstream.enabled")).await
}

/// Deletes a provider, and forgets whose accounts there are whose. Returns how many were linked.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn delete(administration: &Administration, slug: &str) -> Result<u64, AdminError> {
    let mut tx = administration.database.begin().await?;
    let links = delete_in(administration, &mut tx, slug).await?;
    administration.commit(tx).await?;
    Ok(links)
}

pub(crate) async fn delete_in(administration: &Administration, tx: &mut Tx, slug: &str) -> Result<u64, AdminError> {
    let record = lock(tx, slug).await?;
    let links = upstreams::delete(tx, record.id).await?;
    note(administration, tx, "upstream.deleted", serde_json::json!({ "upstream": slug, "links": links })).await?;
    Ok(links)
}

async fn note(
    administration: &Administration,
    tx: &mut Tx,
    event: &'static str,
    detail: serde_json::Value,
) -> Result<(), AdminError> {
    // Whoever speaks for a provider can sign in as anybody who does so with it, or who would be linked by their address.
    administration.require(rules::reach_of_upstreams().without(administration.held()))?;
    let mut entry = administration.entry(event);
    entry.detail = Some(detail);
    administration.append(tx, entry).await
}

/// Seals every secret anew under the first sealing key. Returns how many changed.
pub(crate) async fn reseal(tx: &mut Tx, sealing: &SealingKeys) -> Result<usize, StorageError> {
    let mut count = 0;
    for record in upstreams::lock_all(tx).await? {
        let Some(sealed) = record.client_secret_sealed.as_ref().filter(|it| it.get(1) != Some(&sealing.active_id()))
        else {
            continue;
        };
        let row = record.id.to_string();
        let secret = sealing.open(place(&row), sealed)?;
        let client_secret_sealed = Some(sealing.seal(place(&row), &secret));
        upstreams::update(tx, &UpstreamRecord { client_secret_sealed, ..record }).await?;
        count += 1;
    }
    Ok(count)
}
