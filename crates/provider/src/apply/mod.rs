//! Configuration as data: `chancery apply`. One transaction makes the server what a file says, and only as far as
//! the file says something.
//!
//! It never undoes what people did meanwhile. A password counts when its person is made. A secret that was rotated
//! away does not come back. What was disabled stays so. What the file does not name is left alone, unless pruning
//! was asked for: then clients, APIs and upstream providers that are not named go (of a kind that the file names at
//! all), and members that are not named fall back to their defaults. People and roles are never pruned.

pub mod duration;
mod file;
pub(crate) mod members;

use std::collections::HashMap;

use protocol::client_metadata::{ClientMetadata, FieldError};
use serde::Serialize;
use storage::{Tx, clients, resources, roles::Holder, upstreams, users};

pub use file::File;

use crate::{
    administration::{AdminError, Administration, Invalid},
    clients as client_rules,
    people::{self, login_name},
    resources as resource_rules, roles as role_rules,
    upstream::{administer as upstream_rules, registration::Registration as UpstreamRegistration},
};
use file::{ClientEntry, ResourceEntry, RoleEntry, UpstreamEntry, UserEntry};

/// What to do besides applying.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Only say what would change.
    pub dry_run: bool,
    /// Remove what the file does not name.
    pub prune: bool,
    /// The database then holds secrets that were printed: production refuses it.
    pub demo: bool,
}

/// What became of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is new.
    Created,
    /// Some of its members changed.
    Updated,
    /// It was so already.
    Unchanged,
    /// It is gone.
    Deleted,
}

/// One entry and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What became of it.
    pub action: Action,
    /// `role`, `resource`, `client`, `user` or `upstream`.
    pub kind: &'static str,
    /// Which.
    pub name: String,
    /// The members that changed, where some of them did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
}

impl Change {
    fn new(kind: &'static str, name: &str, changed: Option<Vec<String>>) -> Self {
        let (action, members) = match changed {
            None => (Action::Created, Vec::new()),
            Some(members) if members.is_empty() => (Action::Unchanged, members),
            Some(members) => (Action::Updated, members),
        };
        Self { action, kind, name: name.to_owned(), members }
    }

    /// One more member changed.
    fn also(&mut self, member: &str) {
        if self.action == Action::Unchanged {
            self.action = Action::Updated;
        }
        if self.action == Action::Updated {
            self.members.push(member.to_owned());
        }
    }

    fn deleted(kind: &'static str, name: String) -> Self {
        Self { action: Action::Deleted, kind, name, members: Vec::new() }
    }
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = match self.action {
            Action::Created => '+',
            Action::Updated => '~',
            Action::Unchanged => '=',
            Action::Deleted => '-',
        };
        write!(f, "{sign} {} {}", self.kind, self.name)?;
        if !self.members.is_empty() {
            write!(f, ": {}", self.members.join(", "))?;
        }
        Ok(())
    }
}

/// Applies a file. Returns what became of each of its entries, in its order, and of what was pruned.
///
/// # Errors
/// `AdminError::Invalid` names every entry and field that is wrong; then nothing was changed.
pub async fn apply(administration: &Administration, file: File, options: Options) -> Result<Vec<Change>, AdminError> {
    let hashes = hash_new_passwords(administration, &file, options).await?;
    let run = Run { administration, options, file: &file };
    let mut tx = administration.database.begin().await?;
    storage::apply::lock(&mut tx).await?;
    let mut problems = Vec::new();
    // Clients and APIs name each other: first the clients, then the APIs, then which client may ask for which. What
    // is pruned goes before it could be named, so that a file which needs it is refused at the first run already.
    let clients = run.clients(&mut tx, &mut problems).await?;
    let mut pruned = run.prune_clients(&mut tx).await?;
    let resources = run.resources(&mut tx, &mut problems).await?;
    pruned.extend(run.prune_resources(&mut tx).await?);
    run.client_resources(&mut tx, &clients, &mut problems).await?;
    pruned.extend(run.prune_upstreams(&mut tx).await?);
    let upstreams = run.upstreams(&mut tx, &mut problems).await?;
    let mut users = run.users(&mut tx, &hashes, &mut problems).await?;
    let mut clients = clients;
    let roles = match problems.is_empty() {
        true => run.roles(&mut tx, &mut clients, &mut users, &mut problems).await?,
        false => Vec::new(),
    };
    if !problems.is_empty() {
        return Err(AdminError::Invalid(problems));
    }
    let clients = clients.into_iter().map(|written| written.change);
    let users = users.into_iter().map(|written| written.change);
    let changes: Vec<_> =
        roles.into_iter().chain(resources).chain(clients).chain(users).chain(upstreams).chain(pruned).collect();
    if options.demo {
        storage::deployment::mark_demo(&mut tx).await?;
    }
    if !options.dry_run && (options.demo || changes.iter().any(|change| change.action != Action::Unchanged)) {
        administration.commit(tx).await?;
    }
    Ok(changes)
}

/// Hashes the passwords of people who are not there yet, before any connection is held. By login name.
async fn hash_new_passwords(
    administration: &Administration,
    file: &File,
    options: Options,
) -> Result<HashMap<String, String>, AdminError> {
    let mut wanted = HashMap::new();
    for user in &file.users {
        let (Ok(login), Some(password)) = (login_name::username(&user.username), &user.password) else { continue };
        password.check().map_err(|(field, message)| AdminError::field(&user.entry, field, message))?;
        wanted.insert(login, password.clone());
    }
    let names: Vec<_> = wanted.keys().cloned().collect();
    for (existing, _) in users::by_login_names(&administration.database, &names).await? {
        wanted.remove(&existing);
    }
    let mut hashes = HashMap::new();
    for (login, password) in wanted {
        // What is not kept need not be hashed.
        let hash = if options.dry_run { String::new() } else { password.hash(administration).await? };
        hashes.insert(login, hash);
    }
    Ok(hashes)
}

struct Run<'a> {
    administration: &'a Administration,
    options: Options,
    file: &'a File,
}

struct WrittenClient<'a> {
    entry: &'a ClientEntry,
    key: storage::id::ClientKey,
    resources: Vec<String>,
    change: Change,
}

struct WrittenUser<'a> {
    entry: &'a UserEntry,
    id: storage::id::UserId,
    change: Change,
}

/// Keeps what is wrong with one entry, to say all of it at once; anything else ends the run.
fn collect<T>(outcome: Result<T, AdminError>, problems: &mut Vec<Invalid>) -> Result<Option<T>, AdminError> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(AdminError::Invalid(more)) => {
            problems.extend(more);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

impl<'a> Run<'a> {
    async fn clients(&self, tx: &mut Tx, problems: &mut Vec<Invalid>) -> Result<Vec<WrittenClient<'a>>, AdminError> {
        let mut written = Vec::new();
        for entry in &self.file.clients {
            let outcome = self.client(tx, entry).await;
            written.extend(collect(outcome, problems)?);
        }
        Ok(written)
    }

    async fn client(&self, tx: &mut Tx, entry: &'a ClientEntry) -> Result<WrittenClient<'a>, AdminError> {
        let existing = clients::lock(tx, &entry.client_id).await?;
        let base = match &existing {
            Some(record) if !self.options.prune => client_rules::metadata(record)?,
            _ => ClientMetadata::default(),
        };
        let metadata = members::overlay(&base, &entry.members, &entry.entry)?;
        let resources = metadata.resources.clone();
        let desired = client_rules::Desired {
            client_id: &entry.client_id,
            entry: &entry.entry,
            metadata,
            secret: entry.secret.clone(),
        };
        let written = client_rules::write(self.administration, tx, existing.as_ref(), desired).await?;
        let change = Change::new("client", &entry.client_id, written.changed);
        Ok(WrittenClient { entry, key: written.key, resources, change })
    }

    async fn resources(&self, tx: &mut Tx, problems: &mut Vec<Invalid>) -> Result<Vec<Change>, AdminError> {
        let mut changes = Vec::new();
        for entry in &self.file.resources {
            let outcome = self.resource(tx, entry).await;
            changes.extend(collect(outcome, problems)?);
        }
        Ok(changes)
    }

    async fn resource(&self, tx: &mut Tx, entry: &ResourceEntry) -> Result<Change, AdminError> {
        let existing = resources::lock(tx, &entry.identifier).await?;
        let base = match &existing {
            Some(record) if !self.options.prune => resource_rules::registration(record)?,
            _ => resource_rules::Registration::new(&entry.identifier),
        };
        let wanted = entry.over(base);
        let place = resource_rules::Place { identifier: &entry.identifier, entry: &entry.entry };
        let changed = resource_rules::write(self.administration, tx, existing.as_ref(), place, wanted).await?;
        Ok(Change::new("resource", &entry.identifier, changed))
    }

    async fn client_resources(
        &self,
        tx: &mut Tx,
        written: &[WrittenClient<'_>],
        problems: &mut Vec<Invalid>,
    ) -> Result<(), AdminError> {
        for client in written {
            let outcome = client_rules::set_resources(tx, client.key, &client.entry.entry, &client.resources).await;
            collect(outcome, problems)?;
        }
        Ok(())
    }

    async fn upstreams(&self, tx: &mut Tx, problems: &mut Vec<Invalid>) -> Result<Vec<Change>, AdminError> {
        let mut changes = Vec::new();
        for entry in &self.file.upstreams {
            let outcome = self.upstream(tx, entry).await;
            changes.extend(collect(outcome, problems)?);
        }
        // Once all are written: a domain may have moved from one to another.
        let written: Vec<_> =
            self.file.upstreams.iter().map(|entry| (entry.slug.as_str(), entry.entry.as_str())).collect();
        collect(upstream_rules::check_domains(tx, &written).await, problems)?;
        Ok(changes)
    }

    async fn upstream(&self, tx: &mut Tx, entry: &UpstreamEntry) -> Result<Change, AdminError> {
        let all = upstreams::lock_all(tx).await?;
        let base = match all.iter().find(|record| record.slug == entry.slug) {
            Some(record) if !self.options.prune => UpstreamRegistration::of(record)?,
            _ => entry.defaults(),
        };
        let desired = upstream_rules::Desired {
            slug: &entry.slug,
            entry: &entry.entry,
            registration: entry.over(base),
            secret: entry.secret.as_ref(),
        };
        let changed = upstream_rules::write(self.administration, tx, &all, desired).await?;
        Ok(Change::new("upstream", &entry.slug, changed))
    }

    async fn users(
        &self,
        tx: &mut Tx,
        hashes: &HashMap<String, String>,
        problems: &mut Vec<Invalid>,
    ) -> Result<Vec<WrittenUser<'a>>, AdminError> {
        let mut changes = Vec::new();
        for entry in &self.file.users {
            let outcome = self.user(tx, hashes, entry).await;
            // A statement that failed ends the transaction: nothing more can be said after it.
            let failed = matches!(&outcome, Err(AdminError::Invalid(_)));
            changes.extend(collect(outcome, problems)?);
            if failed {
                break;
            }
        }
        Ok(changes)
    }

    async fn user(
        &self,
        tx: &mut Tx,
        hashes: &HashMap<String, String>,
        entry: &'a UserEntry,
    ) -> Result<WrittenUser<'a>, AdminError> {
        let login = login_name::username(&entry.username)
            .map_err(|message| AdminError::field(&entry.entry, "username", message))?;
        let existing = users::lock(tx, users::UserRef::Login(&login)).await?;
        let base = existing.as_ref().filter(|_| !self.options.prune);
        let claims = entry.claims.clone().or_else(|| base.and_then(|user| user.claims.as_object().cloned()));
        let desired = people::Desired {
            username: &entry.username,
            entry: &entry.entry,
            email: entry.email.clone().unwrap_or_else(|| base.and_then(|user| user.email.clone())),
            email_verified: entry.email_verified.unwrap_or_else(|| base.is_some_and(|user| user.email_verified)),
            claims: claims.unwrap_or_default(),
        };
        let hash = hashes.get(&login).map(String::as_str);
        let changed = people::write(self.administration, tx, existing.as_ref(), desired, hash).await?;
        let change = Change::new("user", &entry.username, changed);
        let id = match existing {
            Some(record) => record.id,
            None => people::lock(tx, &entry.username).await?.id,
        };
        Ok(WrittenUser { entry, id, change })
    }

    /// Roles, and who holds them: last, when every row of theirs is locked.
    async fn roles(
        &self,
        tx: &mut Tx,
        clients: &mut [WrittenClient<'_>],
        users: &mut [WrittenUser<'_>],
        problems: &mut Vec<Invalid>,
    ) -> Result<Vec<Change>, AdminError> {
        let names_holders = clients.iter().any(|client| client.entry.roles.is_some())
            || users.iter().any(|user| user.entry.roles.is_some());
        if self.file.roles.is_empty() && !names_holders {
            return Ok(Vec::new());
        }
        storage::roles::lock_holders(tx).await?;
        let mut changes = Vec::new();
        for RoleEntry { entry, role } in &self.file.roles {
            let outcome = role_rules::write(self.administration, tx, entry, role).await;
            changes.extend(collect(outcome, problems)?.map(|changed| Change::new("role", &role.name, changed)));
        }
        for client in clients {
            let Some(roles) = &client.entry.roles else { continue };
            let holder = (Holder::Client(client.key), Some(client.entry.client_id.as_str()));
            let outcome = role_rules::set(self.administration, tx, holder, (&client.entry.entry, roles)).await;
            if collect(outcome, problems)? == Some(true) {
                client.change.also("roles");
            }
        }
        for user in users {
            let Some(roles) = &user.entry.roles else { continue };
            let holder = (Holder::Person(user.id), None);
            let outcome = role_rules::set(self.administration, tx, holder, (&user.entry.entry, roles)).await;
            if collect(outcome, problems)? == Some(true) {
                user.change.also("roles");
            }
        }
        Ok(changes)
    }

    async fn prune_clients(&self, tx: &mut Tx) -> Result<Vec<Change>, AdminError> {
        let mut changes = Vec::new();
        if !self.options.prune || !self.file.names_clients {
            return Ok(changes);
        }
        for client_id in clients::ids(tx).await? {
            if !self.file.clients.iter().any(|entry| entry.client_id == client_id) {
                client_rules::delete_in(self.administration, tx, &client_id).await?;
                changes.push(Change::deleted("client", client_id));
            }
        }
        Ok(changes)
    }

    async fn prune_upstreams(&self, tx: &mut Tx) -> Result<Vec<Change>, AdminError> {
        let mut changes = Vec::new();
        if !self.options.prune || !self.file.names_upstreams {
            return Ok(changes);
        }
        for record in upstreams::lock_all(tx).await? {
            if !self.file.upstreams.iter().any(|entry| entry.slug == record.slug) {
                upstream_rules::delete_in(self.administration, tx, &record.slug).await?;
                changes.push(Change::deleted("upstream", record.slug));
            }
        }
        Ok(changes)
    }

    async fn prune_resources(&self, tx: &mut Tx) -> Result<Vec<Change>, AdminError> {
        let mut changes = Vec::new();
        if !self.options.prune || !self.file.names_resources {
            return Ok(changes);
        }
        for identifier in resources::identifiers(tx).await? {
            if !self.file.resources.iter().any(|entry| entry.identifier == identifier) {
                resource_rules::delete_in(self.administration, tx, &identifier).await?;
                changes.push(Change::deleted("resource", identifier));
            }
        }
        Ok(changes)
    }
}

/// One thing that is wrong with an entry.
fn invalid(entry: &str, field: &str, message: impl Into<String>) -> Invalid {
    Invalid { entry: entry.to_owned(), error: FieldError { field: field.to_owned(), message: message.into() } }
}
