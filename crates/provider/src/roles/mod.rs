//! Roles: what administrators may do, who holds what, and who may change that.
//!
//! Permissions are a closed list ([`Permission`]); a role is data: a named set of them. A person or a client holds any
//! number of roles and may do what any of them says. Whoever holds one signs in with two factors (`storage::factors`
//! and `storage::sessions` say so of them). The rules are pure ([`rules`]); here they are asked inside the transaction of
//! the change, on rows that are locked.

mod permission;
pub mod rules;

use protocol::client_metadata::FieldError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use storage::{
    StorageError, Tx,
    id::UserId,
    roles::{self, Held, Holder, RoleRecord},
};
use time::OffsetDateTime;

pub use permission::{Permission, Permissions};

use crate::{
    administration::{AdminError, Administration, Invalid},
    clients, people,
};

/// The role of which somebody must be left.
pub const OWNER: &str = "owner";

/// A role, as administrators see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Role")]
pub struct RoleView {
    /// Its name.
    pub name: String,
    /// What it is for, in plain words.
    pub description: String,
    /// What it permits.
    #[schemars(with = "Vec<String>")]
    pub permissions: Permissions,
    /// Whether it is the server's own, which nobody changes.
    pub shipped: bool,
    /// How many people hold it.
    pub people: i64,
    /// How many clients hold it.
    pub clients: i64,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub updated_at: OffsetDateTime,
}

impl From<Held> for RoleView {
    fn from(held: Held) -> Self {
        Self {
            permissions: Permissions::of_names(&held.permissions),
            name: held.name,
            description: held.description,
            shipped: held.shipped,
            people: held.people,
            clients: held.clients,
            created_at: held.created_at,
            updated_at: held.updated_at,
        }
    }
}

/// Every role: those of the server first, each kind by name.
///
/// # Errors
/// `AdminError::Storage`.
pub async fn list(administration: &Administration) -> Result<Vec<RoleView>, AdminError> {
    Ok(roles::list(&administration.database, None).await?.into_iter().map(RoleView::from).collect())
}

/// Shows one role.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn show(administration: &Administration, name: &str) -> Result<RoleView, AdminError> {
    let found = roles::list(&administration.database, Some(name)).await?.pop();
    found.map(RoleView::from).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> AdminError {
    AdminError::Missing { kind: "role", name: name.to_owned() }
}

/// A role as it is wanted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    /// Its name.
    pub name: String,
    /// What it is for, in plain words.
    #[serde(default)]
    pub description: String,
    /// Names of permissions.
    pub permissions: Vec<String>,
}

/// Makes a role.
///
/// # Errors
/// `AdminError::Invalid`, `Taken`, `Forbidden`, `Storage`.
pub async fn create(administration: &Administration, role: &NewRole) -> Result<RoleView, AdminError> {
    let mut tx = administration.database.begin().await?;
    roles::lock_holders(&mut tx).await?;
    if roles::lock(&mut tx, &role.name).await?.is_some() {
        return Err(AdminError::Taken { kind: "role", name: role.name.clone() });
    }
    write(administration, &mut tx, "", role).await?;
    administration.commit(tx).await?;
    show(administration, &role.name).await
}

/// Writes a role as it is wanted. Returns the members that changed; `None` when it is new.
pub(crate) async fn write(
    administration: &Administration,
    tx: &mut Tx,
    entry: &str,
    role: &NewRole,
) -> Result<Option<Vec<String>>, AdminError> {
    let problems = problems(role);
    if !problems.is_empty() {
        let invalid = |error| Invalid { entry: entry.to_owned(), error };
        return Err(AdminError::Invalid(problems.into_iter().map(invalid).collect()));
    }
    let existing = roles::lock(tx, &role.name).await?;
    if existing.as_ref().is_some_and(|record| record.shipped) {
        return Err(AdminError::field(entry, "name", "is a role of the server's own, which nobody changes"));
    }
    let before = existing.as_ref().map(|record| Permissions::of_names(&record.permissions)).unwrap_or_default();
    let after = Permissions::of_names(&role.permissions);
    administration.require(rules::lacking_to_define(administration.held(), before, after))?;
    let mut changed = Vec::new();
    if let Some(record) = &existing {
        changed.extend((record.description != role.description).then(|| "description".to_owned()));
        changed.extend((before != after).then(|| "permissions".to_owned()));
        if changed.is_empty() {
            return Ok(Some(changed));
        }
    }
    let record = RoleRecord {
        name: role.name.clone(),
        description: role.description.clone(),
        permissions: after.names().into_iter().map(str::to_owned).collect(),
        shipped: false,
        created_at: existing.as_ref().map_or(administration.now, |record| record.created_at),
        updated_at: administration.now,
    };
    roles::put(tx, &record).await?;
    let is_new = existing.is_none();
    let mut entry = administration.entry(if is_new { "role.created" } else { "role.updated" });
    entry.detail = Some(serde_json::json!({ "role": role.name, "permissions": after }));
    administration.append(tx, entry).await?;
    Ok((!is_new).then_some(changed))
}

fn problems(role: &NewRole) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut add = |field: String, message: &str| errors.push(FieldError { field, message: message.to_owned() });
    let is_name = |name: &str| {
        let mut bytes = name.bytes();
        bytes.next().is_some_and(|first| first.is_ascii_lowercase())
            && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && name.len() <= 64
    };
    if !is_name(&role.name) {
        add("name".to_owned(), "must be 1 to 64 lowercase letters, digits and hyphens, beginning with a letter");
    }
    if role.description.chars().count() > 200 || role.description.contains(char::is_control) {
        add("description".to_owned(), "must be at most 200 characters without control characters");
    }
    if role.permissions.is_empty() {
        add("permissions".to_owned(), "must name one at least");
    }
    for (index, name) in role.permissions.iter().enumerate() {
        if Permission::parse(name).is_none() {
            add(format!("permissions[{index}]"), "is no permission: `chancery role show owner` lists them all");
        }
    }
    errors
}

/// Deletes a role that nobody holds.
///
/// # Errors
/// `AdminError::Missing`, `Invalid`, `Forbidden`, `Storage`.
pub async fn delete(administration: &Administration, name: &str) -> Result<(), AdminError> {
    let mut tx = administration.database.begin().await?;
    delete_in(administration, &mut tx, name).await?;
    administration.commit(tx).await
}

async fn delete_in(administration: &Administration, tx: &mut Tx, name: &str) -> Result<(), AdminError> {
    roles::lock_holders(tx).await?;
    let record = roles::lock(tx, name).await?.ok_or_else(|| missing(name))?;
    if record.shipped {
        return Err(AdminError::field("", "role", "is one of the server's own, which nobody deletes"));
    }
    let before = Permissions::of_names(&record.permissions);
    administration.require(rules::lacking_to_define(administration.held(), before, Permissions::NONE))?;
    roles::delete(tx, name).await.map_err(|error| match error {
        error if error.is_constraint("role_of_person_role_fkey") => {
            AdminError::field("", "role", "is held by people: take it from them first")
        }
        error if error.is_constraint("role_of_client_role_fkey") => {
            AdminError::field("", "role", "is held by clients: take it from them first")
        }
        error => error.into(),
    })?;
    let mut entry = administration.entry("role.deleted");
    entry.detail = Some(serde_json::json!({ "role": name }));
    administration.append(tx, entry).await
}

/// Gives a person a role. Returns whether they did not hold it.
///
/// # Errors
/// `AdminError::Missing`, `Forbidden`, `Storage`.
pub async fn grant_to_person(administration: &Administration, user: &str, role: &str) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let id = people::lock(&mut tx, user).await?.id;
    change(administration, tx, Holder::Person(id), Change { role, give: true, client_id: None }).await
}

/// Takes a role from a person. Returns whether they held it.
///
/// # Errors
/// `AdminError::Missing`, `Forbidden`, `LastOwner`, `Storage`.
pub async fn revoke_from_person(administration: &Administration, user: &str, role: &str) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let id = people::lock(&mut tx, user).await?.id;
    change(administration, tx, Holder::Person(id), Change { role, give: false, client_id: None }).await
}

/// Gives a client a role, and with it the management API. Returns whether it did not hold it.
///
/// # Errors
/// `AdminError::Missing`, `Forbidden`, `Storage`.
pub async fn grant_to_client(administration: &Administration, client: &str, role: &str) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let key = clients::lock(&mut tx, client).await?.key;
    change(administration, tx, Holder::Client(key), Change { role, give: true, client_id: Some(client) }).await
}

/// Takes a role from a client. Returns whether it held it.
///
/// # Errors
/// `AdminError::Missing`, `Forbidden`, `Storage`.
pub async fn revoke_from_client(administration: &Administration, client: &str, role: &str) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let key = clients::lock(&mut tx, client).await?.key;
    change(administration, tx, Holder::Client(key), Change { role, give: false, client_id: Some(client) }).await
}

/// What to change of what somebody holds.
#[derive(Clone, Copy)]
struct Change<'a> {
    role: &'a str,
    give: bool,
    /// The client, for the audit trail.
    client_id: Option<&'a str>,
}

async fn change(
    administration: &Administration,
    mut tx: Tx,
    holder: Holder,
    change: Change<'_>,
) -> Result<bool, AdminError> {
    roles::lock_holders(&mut tx).await?;
    let changed = change_in(administration, &mut tx, holder, change).await?;
    if changed {
        administration.commit(tx).await?;
    }
    Ok(changed)
}

/// The holder's row is locked, and after it the holders.
async fn change_in(
    administration: &Administration,
    tx: &mut Tx,
    holder: Holder,
    Change { role, give, client_id }: Change<'_>,
) -> Result<bool, AdminError> {
    let record = roles::lock(tx, role).await?.ok_or_else(|| missing(role))?;
    // Who was stripped of a role a moment ago gives nothing of it any more.
    let held = administration.held_now(tx).await?;
    let principal = permissions_of(tx, holder).await?;
    let role_permits = Permissions::of_names(&record.permissions);
    administration.require(rules::lacking_to_grant(held, role_permits, principal))?;
    let changed = if give {
        roles::grant(tx, holder, role, administration.now).await?
    } else {
        if let (Holder::Person(user), OWNER) = (holder, role) {
            keep_an_owner(tx, user).await?;
        }
        roles::revoke(tx, holder, role).await?
    };
    if !changed {
        return Ok(false);
    }
    let event = if give { "role.granted" } else { "role.revoked" };
    let mut entry = match holder {
        Holder::Person(user) => administration.entry_about(tx, event, user).await?,
        Holder::Client(_) => administration.entry(event),
    };
    entry.client_id = client_id.map(str::to_owned);
    entry.detail = Some(serde_json::json!({ "role": role, "permissions": role_permits }));
    administration.append(tx, entry).await?;
    Ok(true)
}

/// Makes what somebody holds what a file says. Their rows are locked, and after them the holders. Returns whether that
/// was a change.
pub(crate) async fn set(
    administration: &Administration,
    tx: &mut Tx,
    (holder, client_id): (Holder, Option<&str>),
    (entry, wanted): (&str, &[String]),
) -> Result<bool, AdminError> {
    let present: Vec<String> = roles::of(tx, holder).await?.into_iter().map(|(name, _)| name).collect();
    let mut changed = false;
    let gone = present.iter().filter(|name| !wanted.contains(name)).map(|role| (role, false));
    let new = wanted.iter().filter(|name| !present.contains(name)).map(|role| (role, true));
    for (role, give) in new.chain(gone) {
        let outcome = change_in(administration, tx, holder, Change { role, give, client_id }).await;
        changed |= outcome.map_err(|error| match error {
            AdminError::Missing { kind: "role", name } => {
                AdminError::field(entry, "roles", format!("there is no role {name:?}"))
            }
            error => error,
        })?;
    }
    Ok(changed)
}

/// What somebody's roles permit together.
pub(crate) async fn permissions_of(tx: &mut Tx, holder: Holder) -> Result<Permissions, StorageError> {
    let held = roles::of(tx, holder).await?;
    Ok(Permissions::of_names(held.iter().flat_map(|(_, permissions)| permissions)))
}

/// Refuses to change somebody who can do more than who changes them. The holder's row is locked.
pub(crate) async fn guard(administration: &Administration, tx: &mut Tx, holder: Holder) -> Result<(), AdminError> {
    if !administration.is_bounded() {
        return Ok(());
    }
    let principal = permissions_of(tx, holder).await?;
    administration.require(rules::lacking_to_change(administration.held(), principal))
}

/// Refuses to let the last owner go. Their row is locked; until the transaction ends, nobody else removes an owner.
pub(crate) async fn keep_an_owner(tx: &mut Tx, user: UserId) -> Result<(), AdminError> {
    let is_owner = roles::of(tx, Holder::Person(user)).await?.iter().any(|(name, _)| name == OWNER);
    if !is_owner {
        return Ok(());
    }
    roles::lock_holders(tx).await?;
    if roles::is_held_by_another(tx, OWNER, user).await? { Ok(()) } else { Err(AdminError::LastOwner) }
}
