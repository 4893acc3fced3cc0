//! Making a person as they are wanted, from nothing or from what they are: for `create`, `apply` and `import`.

use protocol::client_metadata::FieldError;
use serde_json::{Map, Value};
use storage::{
    Tx,
    id::UserId,
    users::{self, LoginKind, UserRecord},
};

use super::login_name;
use crate::administration::{AdminError, Administration, Invalid};

/// Claims that the protocol itself fills in, and those that have a column of their own.
const RESERVED_CLAIMS: &[&str] = &[
    "acr",
    "act",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "c_hash",
    "client_id",
    "cnf",
    "email",
    "email_verified",
    "exp",
    "iat",
    "iss",
    "jti",
    "may_act",
    "nbf",
    "nonce",
    "scope",
    "sid",
    "sub",
    "updated_at",
];
/// The most that all claims of a person may take, as JSON.
const LARGEST_CLAIMS: usize = 16 * 1024;

/// A person as they are wanted.
pub(crate) struct Desired<'a> {
    /// The name to sign in with, as it is to be shown.
    pub username: &'a str,
    /// How errors name the entry.
    pub entry: &'a str,
    /// The mail address.
    pub email: Option<String>,
    /// Whether it is known to be the person's.
    pub email_verified: bool,
    /// Claims, by name.
    pub claims: Map<String, Value>,
}

/// Writes a person as they are wanted. A password hash is for new ones only. Returns the members that changed;
/// `None` when the person is new.
pub(crate) async fn write(
    administration: &Administration,
    tx: &mut Tx,
    existing: Option<&UserRecord>,
    desired: Desired<'_>,
    password_hash: Option<&str>,
) -> Result<Option<Vec<String>>, AdminError> {
    let Names { login, email_login } = check(&desired)?;
    let now = administration.now;
    let after = UserRecord {
        id: existing.map_or_else(UserId::new, |record| record.id),
        username: desired.username.to_owned(),
        email: desired.email,
        email_verified: desired.email_verified,
        claims: Value::Object(desired.claims),
        has_password: existing.map_or(password_hash.is_some(), |record| record.has_password),
        enabled: existing.is_none_or(|record| record.enabled),
        require_factor: existing.is_some_and(|record| record.require_factor),
        epoch: existing.map_or(1, |record| record.epoch),
        created_at: existing.map_or(now, |record| record.created_at),
        updated_at: now,
    };
    let changed = existing.map(|before| differences(before, &after));
    match &changed {
        None => users::insert(tx, &after, password_hash, administration.trail_key(after.id).as_deref()).await?,
        Some(changed) if changed.is_empty() => return Ok(Some(Vec::new())),
        Some(_) => users::update(tx, &after).await?,
    }
    for (kind, field, name) in
        [(LoginKind::Username, "username", Some(login.as_str())), (LoginKind::Email, "email", email_login.as_deref())]
    {
        users::set_login_name(tx, after.id, kind, name).await.map_err(|error| {
            if error.is_constraint("login_name_pkey") {
                AdminError::field(desired.entry, field, "is what somebody else signs in with")
            } else {
                error.into()
            }
        })?;
    }
    let event = if changed.is_some() { "user.updated" } else { "user.created" };
    let mut entry = administration.entry_about(tx, event, after.id).await?;
    entry.detail = changed.as_ref().map(|changed| serde_json::json!({ "changed": changed }));
    administration.append(tx, entry).await?;
    Ok(changed)
}

fn differences(before: &UserRecord, after: &UserRecord) -> Vec<String> {
    let mut changed = Vec::new();
    for (field, differs) in [
        ("username", before.username != after.username),
        ("email", before.email != after.email),
        ("email_verified", before.email_verified != after.email_verified),
        ("claims", before.claims != after.claims),
    ] {
        if differs {
            changed.push(field.to_owned());
        }
    }
    changed
}

/// What a person may sign in with, in normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    /// The username.
    pub login: String,
    /// The mail address, where it is known to be theirs.
    pub email_login: Option<String>,
}

/// Whether there may be such a person. Whether their names are free, the database says.
pub(crate) fn check(desired: &Desired<'_>) -> Result<Names, AdminError> {
    let mut errors = Vec::new();
    let mut add = |field: String, message: String| errors.push(FieldError { field, message });
    let login = login_name::username(desired.username).unwrap_or_else(|message| {
        add("username".to_owned(), message.to_owned());
        String::new()
    });
    let email = desired.email.as_deref().and_then(|email| match login_name::email(email) {
        Ok(email) => Some(email),
        Err(message) => {
            add("email".to_owned(), message.to_owned());
            None
        }
    });
    if desired.email_verified && desired.email.is_none() {
        add("email_verified".to_owned(), "there is no email".to_owned());
    }
    for (name, value) in &desired.claims {
        if RESERVED_CLAIMS.contains(&name.as_str()) {
            add(format!("claims.{name}"), "cannot be set here: the server says it itself".to_owned());
        } else if name.is_empty() || name.len() > 128 || name.contains(char::is_control) {
            add(format!("claims.{name}"), "is no claim name".to_owned());
        } else if holds_nul(value) {
            add(format!("claims.{name}"), "holds a NUL character, which cannot be stored".to_owned());
        }
    }
    if serde_json::to_string(&desired.claims).is_ok_and(|text| text.len() > LARGEST_CLAIMS) {
        add("claims".to_owned(), "take more than 16 KiB".to_owned());
    }
    if errors.is_empty() {
        // An address that nobody confirmed signs nobody in: whoever claims it first would take it from its owner.
        return Ok(Names { login, email_login: email.filter(|_| desired.email_verified) });
    }
    let entry = desired.entry.to_owned();
    Err(AdminError::Invalid(errors.into_iter().map(|error| Invalid { entry: entry.clone(), error }).collect()))
}

/// PostgreSQL stores every text but those with NUL.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}
