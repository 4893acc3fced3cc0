//! People: who they are, what they sign in with, and what administrators change of them.

pub mod address;
pub mod by_mail;
pub mod export;
pub mod import;
pub mod login_name;
pub mod new_password;
pub mod reset;
pub mod sign_up;
mod write;

use std::{collections::HashMap, fmt};

use credentials::password;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use storage::{
    Tx, account,
    id::{SessionId, UserId},
    outbox,
    page::Search,
    revocations,
    roles::Holder,
    sessions,
    users::{self, UserRecord, UserRef},
};
use time::OffsetDateTime;

pub(crate) use write::{Desired, Names, check, write};

use crate::{
    administration::{self, AdminError, Administration, LONGEST_PAGE},
    delivery::Kind,
    logout::back_channel,
    mail::{self, Letter, Notice},
    refusal::Refusal,
    roles,
};

/// A person, as administrators see them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Person")]
pub struct UserView {
    /// Who.
    #[schemars(with = "String")]
    pub id: UserId,
    /// The name to sign in with.
    pub username: String,
    /// The mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the address is known to be the person's. Only then one can sign in with it.
    pub email_verified: bool,
    /// Claims about the person, by name.
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub claims: Value,
    /// Whether the person may sign in.
    pub enabled: bool,
    /// Whether there is a password.
    pub has_password: bool,
    /// Whether the person signs in with a second factor only.
    pub require_factor: bool,
    /// The roles that the person holds, where that was asked for: whoever holds one signs in with two factors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// What else the person can prove who they are with, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factors: Option<Factors>,
    /// When the account was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub updated_at: OffsetDateTime,
}

impl From<UserRecord> for UserView {
    fn from(record: UserRecord) -> Self {
        Self {
            id: record.id,
            username: record.username,
            email: record.email,
            email_verified: record.email_verified,
            claims: record.claims,
            enabled: record.enabled,
            has_password: record.has_password,
            require_factor: record.require_factor,
            roles: None,
            factors: None,
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}

impl UserView {
    /// As JSON.
    ///
    /// # Errors
    /// `AdminError::Storage` when it has no JSON form.
    pub fn to_json(&self) -> Result<Value, AdminError> {
        Ok(serde_json::to_value(self).map_err(storage::StorageError::from)?)
    }
}

/// What a person can prove who they are with, besides a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Factors {
    /// How many passkeys.
    pub passkeys: i64,
    /// Whether there is an authenticator app.
    pub totp: bool,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
}

/// A person to be made.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// The name to sign in with.
    pub username: String,
    /// The mail address.
    pub email: Option<String>,
    /// Whether the address is known to be the person's.
    pub email_verified: bool,
    /// Claims about the person, by name.
    pub claims: serde_json::Map<String, Value>,
    /// The password; without one the person cannot sign in with one.
    pub password: Option<Password>,
}

/// A password, or what is left of it. `Debug` hides both.
#[derive(Clone)]
pub enum Password {
    /// As the person types it.
    Plain(SecretString),
    /// As another system hashed it: PHC string format.
    Hash(String),
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Hash(_) => "Hash",
        })
    }
}

impl Password {
    /// Whether it may be used. The error names the field of a file.
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        match self {
            Self::Plain(plain) => {
                password::check(plain.expose_secret()).map_err(|error| ("password", error.to_string()))
            }
            Self::Hash(hash) => password::check_hash(hash).map_err(|error| ("password_hash", error.to_string())),
        }
    }

    /// Its hash.
    pub(crate) async fn hash(self, administration: &Administration) -> Result<String, AdminError> {
        match self {
            Self::Plain(plain) => administration.hash(plain).await,
            Self::Hash(hash) => Ok(hash),
        }
    }
}

/// What a request is told of an administrative change that was not made.
fn refusal(error: AdminError) -> Refusal {
    match error {
        AdminError::Storage(error) => error.into(),
        AdminError::Hashing(reason) => Refusal::unavailable(reason),
        error => Refusal::internal(error.to_string()),
    }
}

/// The reverse, for what only a database that is away can cause.
fn unavailable(refusal: &Refusal) -> AdminError {
    AdminError::Hashing(refusal.reason().to_owned())
}

/// Lists people in the order of their making, after one of them.
///
/// # Errors
/// `AdminError::Storage`.
pub async fn list(
    administration: &Administration,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<UserView>, AdminError> {
    let records = users::list(&administration.database, after, limit.clamp(1, LONGEST_PAGE)).await?;
    with_factors(administration, records).await
}

/// One page of a list of people, and after which key the next one goes on, if there is one. By prefix, a person may come
/// again on a later page, by another name.
///
/// # Errors
/// `AdminError::Storage`.
pub async fn search(
    administration: &Administration,
    role: Option<&str>,
    search: Search<'_>,
) -> Result<(Vec<UserView>, Option<String>), AdminError> {
    let database = &administration.database;
    let after = search.after.parse::<UserId>().ok();
    // One more, which says whether there is another page.
    let wanted = usize::try_from(search.limit).unwrap_or(usize::MAX);
    let search = Search { limit: search.limit + 1, ..search };
    let by_id = |record: UserRecord| (record.id.to_string(), record);
    let mut rows: Vec<(String, UserRecord)> = match (search.prefix, role) {
        ("", None) => users::search_by_id(database, after, search).await?.into_iter().map(by_id).collect(),
        ("", Some(role)) => {
            users::search_by_role(database, role, after, search).await?.into_iter().map(by_id).collect()
        }
        (prefix, _) => {
            let prefix = prefix.trim().to_lowercase();
            users::search_by_name(database, Search { prefix: &prefix, ..search }).await?
        }
    };
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = rows.last().filter(|_| more).map(|(key, _)| key.clone());
    let mut records: Vec<UserRecord> = Vec::with_capacity(rows.len());
    for (_, record) in rows {
        if !records.iter().any(|known| known.id == record.id) {
            records.push(record);
        }
    }
    Ok((with_factors(administration, records).await?, next))
}

async fn with_factors(administration: &Administration, records: Vec<UserRecord>) -> Result<Vec<UserView>, AdminError> {
    let ids: Vec<_> = records.iter().map(|record| record.id.uuid()).collect();
    let found = users::factors(&administration.database, &ids).await?;
    let found: HashMap<_, _> = found.into_iter().map(|factors| (factors.user_id, factors)).collect();
    let mut roles: HashMap<UserId, Vec<String>> = HashMap::new();
    for (user, role) in storage::roles::of_people(&administration.database, &ids).await? {
        roles.entry(user).or_default().push(role);
    }
    let mut view = |record: UserRecord| {
        let roles = Some(roles.remove(&record.id).unwrap_or_default());
        let factors = found.get(&record.id).map(|found| Factors {
            passkeys: found.passkeys,
            totp: found.totp,
            recovery_codes: found.recovery_codes,
        });
        UserView { factors, roles, ..record.into() }
    };
    Ok(records.into_iter().map(&mut view).collect())
}

/// Shows one person, named by id, username or verified mail address.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn show(administration: &Administration, name: &str) -> Result<UserView, AdminError> {
    let record = {
        let mut tx = administration.database.begin().await?;
        lock(&mut tx, name).await?
    };
    let missing = || AdminError::Missing { kind: "user", name: name.to_owned() };
    with_factors(administration, vec![record]).await?.pop().ok_or_else(missing)
}

pub(crate) async fn lock(tx: &mut Tx, name: &str) -> Result<UserRecord, AdminError> {
    let missing = || AdminError::Missing { kind: "user", name: name.to_owned() };
    let found = match name.parse::<UserId>() {
        Ok(id) => users::lock(tx, UserRef::Id(id)).await?,
        Err(_) => {
            let login = login_name::normalize(name).ok_or_else(missing)?;
            users::lock(tx, UserRef::Login(&login)).await?
        }
    };
    found.ok_or_else(missing)
}

/// The same for a change: by somebody who can do as much as the person at least, and of what they have looked at.
async fn lock_for_change(administration: &Administration, tx: &mut Tx, name: &str) -> Result<UserRecord, AdminError> {
    let record = lock(tx, name).await?;
    roles::guard(administration, tx, Holder::Person(record.id)).await?;
    administration.check_version(&UserView::from(record.clone()))?;
    Ok(record)
}

/// The version of a person that `Administration::only_if` compares: of what a change can name.
///
/// # Errors
/// `AdminError::Storage`.
pub fn version(view: &UserView) -> Result<String, AdminError> {
    administration::version(&UserView { roles: None, factors: None, ..view.clone() })
}

/// What to change of a person; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The name to sign in with.
    pub username: Option<String>,
    /// The mail address; `Some(None)` takes it away.
    pub email: Option<Option<String>>,
    /// Whether the address is known to be the person's. One that is new is not until this says so.
    pub email_verified: Option<bool>,
    /// Claims about the person: all of them.
    pub claims: Option<serde_json::Map<String, Value>>,
    /// Whether the person signs in with a second factor only.
    pub require_factor: Option<bool>,
}

/// Changes a person.
///
/// # Errors
/// `AdminError::Missing`, `Invalid`, `Forbidden`, `Changed`, `Storage`.
pub async fn change(administration: &Administration, name: &str, change: Change) -> Result<UserView, AdminError> {
    let mut tx = administration.database.begin().await?;
    let before = lock_for_change(administration, &mut tx, name).await?;
    let id = before.id.to_string();
    let email = change.email.unwrap_or_else(|| before.email.clone());
    let kept = email == before.email && email.is_some();
    let username = change.username.unwrap_or_else(|| before.username.clone());
    let desired = Desired {
        username: &username,
        entry: "",
        email_verified: change.email_verified.unwrap_or(kept && before.email_verified),
        email,
        claims: change.claims.or_else(|| before.claims.as_object().cloned()).unwrap_or_default(),
    };
    let changed = write(administration, &mut tx, Some(&before), desired, None).await?;
    let mut is_change = changed.is_some_and(|changed| !changed.is_empty());
    let mut after = lock(&mut tx, &id).await?;
    if let Some(required) = change.require_factor.filter(|required| *required != after.require_factor) {
        after = set_require_factor(administration, &mut tx, after, required).await?;
        is_change = true;
    }
    if is_change {
        administration.commit(tx).await?;
    }
    Ok(after.into())
}

/// Makes a person.
///
/// # Errors
/// `AdminError::Invalid`, `Taken`, `Hashing`, `Storage`.
pub async fn create(administration: &Administration, user: NewUser) -> Result<UserView, AdminError> {
    let taken = || AdminError::Taken { kind: "user", name: user.username.clone() };
    let login = login_name::username(&user.username).map_err(|message| AdminError::field("", "username", message))?;
    let hash = match user.password.clone() {
        Some(password) => {
            password.check().map_err(|(field, message)| AdminError::field("", field, message))?;
            // Before the transaction: no connection is held while hashing.
            Some(password.hash(administration).await?)
        }
        None => None,
    };
    let mut tx = administration.database.begin().await?;
    if users::lock(&mut tx, UserRef::Login(&login)).await?.is_some() {
        return Err(taken());
    }
    let desired = Desired {
        username: &user.username,
        entry: "",
        email: user.email.clone(),
        email_verified: user.email_verified,
        claims: user.claims.clone(),
    };
    write(administration, &mut tx, None, desired, hash.as_deref()).await?;
    let made: UserView = users::lock(&mut tx, UserRef::Login(&login)).await?.ok_or_else(taken)?.into();
    administration.keep(&mut tx, &made).await?;
    administration.commit(tx).await?;
    Ok(made)
}

/// Keeps a person out: nothing new, and what they have ends everywhere. Returns whether they were enabled until now.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn disable(administration: &Administration, name: &str) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, name).await?;
    if !record.enabled {
        return Ok(false);
    }
    set_enabled(administration, &mut tx, record, false).await?;
    administration.commit(tx).await?;
    Ok(true)
}

/// Lets a person in again, or keeps them out and ends what they have.
async fn set_enabled(
    administration: &Administration,
    tx: &mut Tx,
    record: UserRecord,
    enabled: bool,
) -> Result<UserRecord, AdminError> {
    let mut epoch = record.epoch;
    if !enabled {
        roles::keep_an_owner(tx, record.id).await?;
        end_everything(administration, tx, record.id, "user_disabled").await?;
        epoch += 1;
    }
    let changed = UserRecord { enabled, epoch, updated_at: administration.now, ..record };
    users::update(tx, &changed).await?;
    note(administration, tx, if enabled { "user.enabled" } else { "user.disabled" }, changed.id).await?;
    Ok(changed)
}

/// Lets a disabled person sign in again. What they had stays ended. Returns whether they were disabled until now.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn enable(administration: &Administration, name: &str) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, name).await?;
    if record.enabled {
        return Ok(false);
    }
    set_enabled(administration, &mut tx, record, true).await?;
    administration.commit(tx).await?;
    Ok(true)
}

/// Says whether a person signs in with a second factor only. What they have goes on. Returns whether that is new.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn require_factor(administration: &Administration, name: &str, required: bool) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, name).await?;
    if record.require_factor == required {
        return Ok(false);
    }
    set_require_factor(administration, &mut tx, record, required).await?;
    administration.commit(tx).await?;
    Ok(true)
}

async fn set_require_factor(
    administration: &Administration,
    tx: &mut Tx,
    record: UserRecord,
    required: bool,
) -> Result<UserRecord, AdminError> {
    let changed = UserRecord { require_factor: required, updated_at: administration.now, ..record };
    users::update(tx, &changed).await?;
    let event = if required { "user.factor_required" } else { "user.factor_not_required" };
    note(administration, tx, event, changed.id).await?;
    Ok(changed)
}

/// What ended with a person's sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EndedSessions {
    /// How many sessions were live until now.
    pub sessions: u64,
    /// How many grants hung on them.
    pub grants: u64,
    /// How many apps are told.
    pub told: u64,
}

/// Signs a person out everywhere: every session ends with the grants that hang on it, and the apps are told. What
/// outlives a session (`offline_access`) goes on, and the person may sign in again.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn end_sessions(administration: &Administration, name: &str) -> Result<EndedSessions, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, name).await?;
    let mut ended = EndedSessions::default();
    for session in users::end_sessions(&mut tx, record.id, administration.now).await? {
        end_one(administration, &mut tx, (record.id, session), &mut ended).await?;
    }
    if ended.sessions > 0 {
        administration.commit(tx).await?;
    }
    Ok(ended)
}

/// Ends one of a person's sessions. Returns what ended with it; nothing where it had ended before.
///
/// # Errors
/// `AdminError::Missing` where the person has no such session, `Forbidden`, `Storage`.
pub async fn end_session(
    administration: &Administration,
    name: &str,
    session: SessionId,
) -> Result<EndedSessions, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, name).await?;
    if !account::owns_session(&mut tx, record.id, session).await? {
        return Err(AdminError::Missing { kind: "session", name: session.to_string() });
    }
    let mut ended = EndedSessions::default();
    if users::end_session(&mut tx, session, administration.now).await? {
        end_one(administration, &mut tx, (record.id, session), &mut ended).await?;
        administration.commit(tx).await?;
    }
    Ok(ended)
}

async fn end_one(
    administration: &Administration,
    tx: &mut Tx,
    (user, session): (UserId, SessionId),
    ended: &mut EndedSessions,
) -> Result<(), AdminError> {
    let why = administration.withdrawal("session_ended");
    let grants = revocations::revoke_session(tx, session, why).await?;
    let told = tell(administration, tx, user, session).await?;
    let mut entry = administration.entry("session.ended");
    entry.user_id = Some(user.uuid());
    entry.session_id = Some(session.uuid());
    entry.detail = Some(serde_json::json!({ "why": "administrator", "grants": grants, "told": told }));
    administration.append(tx, entry).await?;
    ended.sessions += 1;
    ended.grants += grants;
    ended.told += told;
    Ok(())
}

/// A live session of a person, as administrators see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub struct SessionView {
    /// Its id.
    #[schemars(with = "String")]
    pub id: SessionId,
    /// When the person signed in.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub created_at: OffsetDateTime,
    /// When it was last used, to the minute.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub last_seen_at: OffsetDateTime,
    /// Where the person last proved who they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub address: Option<std::net::IpAddr>,
    /// With which browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// With what (RFC 8176).
    pub amr: Vec<String>,
}

/// A person's live sessions, those used last first.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn sessions(administration: &Administration, name: &str) -> Result<Vec<SessionView>, AdminError> {
    let user = {
        let mut tx = administration.database.begin().await?;
        lock(&mut tx, name).await?.id
    };
    let found = account::sessions(&administration.database, user, administration.now, LONGEST_PAGE).await?;
    let view = |session: account::Session| SessionView {
        id: session.id,
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        address: session.address,
        user_agent: session.user_agent,
        amr: session.amr,
    };
    Ok(found.into_iter().map(view).collect())
}

/// Writes down that the apps of a session are to be told of its end. Returns how many.
async fn tell(
    administration: &Administration,
    tx: &mut Tx,
    user: UserId,
    session: SessionId,
) -> Result<u64, AdminError> {
    let mut notices = Vec::new();
    for client in sessions::clients_to_tell(tx, session).await? {
        let notice = back_channel::notice(client, user, session);
        notices.push(notice.map_err(|refusal| AdminError::Hashing(refusal.reason().to_owned()))?);
    }
    if !notices.is_empty() {
        outbox::insert(tx, Kind::BackChannelLogout.as_str(), &notices, administration.now).await?;
    }
    Ok(notices.len() as u64)
}

/// Gives a person another password and ends all that they have: whoever knew the old one is out.
///
/// # Errors
/// `AdminError::Missing`, `Invalid`, `Hashing`, `Storage`.
pub async fn set_password(
    administration: &Administration,
    name: &str,
    new: SecretString,
) -> Result<UserView, AdminError> {
    let new = Password::Plain(new);
    new.check().map_err(|(field, message)| AdminError::field("", field, message))?;
    let hash = new.hash(administration).await?;
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, name).await?;
    end_everything(administration, &mut tx, record.id, "password_reset").await?;
    users::set_password_hash(&mut tx, record.id, &hash).await?;
    let epoch = record.epoch + 1;
    let changed = UserRecord { epoch, has_password: true, updated_at: administration.now, ..record };
    users::update(&mut tx, &changed).await?;
    note(administration, &mut tx, "user.password_reset", changed.id).await?;
    mail::notify(administration, &mut tx, changed.id, None, Notice::PasswordChanged).await?;
    administration.commit(tx).await?;
    Ok(changed.into())
}

/// Deletes a person with everything that is theirs. A later one of the same name inherits nothing.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn delete(administration: &Administration, name: &str) -> Result<(), AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock_for_change(administration, &mut tx, name).await?;
    roles::keep_an_owner(&mut tx, record.id).await?;
    end_everything(administration, &mut tx, record.id, "user_deleted").await?;
    let to = mail::recipient(&mut tx, record.id, administration.language()).await?;
    // Written before they are gone: by then there is no key that it could be sealed under.
    note(administration, &mut tx, "user.deleted", record.id).await?;
    users::delete(&mut tx, record.id).await?;
    if let Some(to) = to {
        mail::send(administration, &mut tx, &to, Letter::Notice(Notice::AccountDeleted)).await?;
    }
    administration.commit(tx).await
}

/// Ends a person's sessions and grants, and writes down which apps are to be told.
async fn end_everything(
    administration: &Administration,
    tx: &mut Tx,
    user: UserId,
    reason: &'static str,
) -> Result<(), AdminError> {
    for session in users::end_sessions(tx, user, administration.now).await? {
        tell(administration, tx, user, session).await?;
    }
    revocations::revoke_user(tx, user, administration.withdrawal(reason)).await?;
    Ok(())
}

async fn note(
    administration: &Administration,
    tx: &mut Tx,
    event: &'static str,
    user: UserId,
) -> Result<(), AdminError> {
    let entry = administration.entry_about(tx, event, user).await?;
    administration.append(tx, entry).await
}
