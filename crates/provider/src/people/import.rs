//! People from elsewhere, line by line, in batches. A batch is one transaction: a run that was killed leaves whole
//! ones, and a second run of the same file goes on where the first one stopped, since whoever is there already is
//! left alone.
//!
//! Who a line is about: whoever has its `id`; where it has none, whoever has its `username`. Somebody who is there is
//! left as they are, or, when that was asked for, brought to what the line says, and what it does not say stays. A
//! password and an authenticator app count for whoever has none: an import undoes neither.

mod line;

use std::collections::HashSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use protocol::client_metadata::FieldError;
use serde_json::{Value, json};
use storage::{
    StorageError,
    id::UserId,
    journal,
    sealed::Place,
    users::{
        self, UserRecord, UserRef,
        bulk::{self, Arrival, Newcomer, Owner, Seed},
    },
};

use line::Person;
pub use line::REFUSED;
pub(super) use line::encode as encode_seed;

use super::{Desired, Password, set_enabled, set_require_factor, write};
use crate::administration::{AdminError, Administration};

/// How many lines to hand over at once.
pub const BATCH: usize = 1000;
/// The longest line, in bytes.
pub const LONGEST_LINE: usize = 64 * 1024;
/// How often something is tried again that somebody else changed at the same moment.
const ATTEMPTS: usize = 3;
/// The time step of authenticator apps, in seconds (RFC 6238 section 4.1).
const STEP: i64 = 30;

/// What to do with people who are there already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Bring them to what their lines say.
    pub update: bool,
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The person is new.
    Created,
    /// Something of the person changed.
    Updated,
    /// The person was there already.
    Unchanged,
    /// Nothing was done: what is wrong.
    Refused(Vec<FieldError>),
}

/// A line that has not got its answer yet.
struct Waiting {
    index: usize,
    person: Person,
    attempts: usize,
    hash: Option<String>,
}

/// What the database says to one of them.
enum Fate {
    Made,
    There(UserId),
    Refused(Vec<FieldError>),
    Again,
}

/// Imports some lines: no line fails another one. Returns what became of each, in their order.
///
/// # Errors
/// `AdminError::Storage`, `Hashing`, `NoSealingKey`: what was not committed is not there, and can be imported again.
pub async fn batch(
    administration: &Administration,
    lines: &[Vec<u8>],
    options: Options,
) -> Result<Vec<Outcome>, AdminError> {
    let mut outcomes: Vec<_> = lines.iter().map(|_| Outcome::Unchanged).collect();
    let mut waiting = Vec::new();
    for (index, text) in lines.iter().enumerate() {
        match line::parse(text, administration.now) {
            Ok(person) => waiting.push(Waiting { index, person, attempts: 0, hash: None }),
            Err(problems) => outcomes[index] = Outcome::Refused(problems),
        }
    }
    while !waiting.is_empty() {
        let (turn, mut later) = distinct(waiting);
        let turn = hash_new_passwords(administration, turn).await?;
        let fates = admit(administration, &turn).await?;
        for (mut waiting, fate) in turn.into_iter().zip(fates) {
            let outcome = match fate {
                Fate::Made => Some(Outcome::Created),
                Fate::Refused(problems) => Some(Outcome::Refused(problems)),
                Fate::There(_) if !options.update => Some(Outcome::Unchanged),
                Fate::There(user) => update(administration, user, &waiting.person).await?,
                Fate::Again => None,
            };
            waiting.attempts += 1;
            match outcome {
                Some(outcome) => outcomes[waiting.index] = outcome,
                None if waiting.attempts < ATTEMPTS => later.push(waiting),
                None => outcomes[waiting.index] = refused("", "is being changed by somebody else: run it again"),
            }
        }
        waiting = later;
    }
    Ok(outcomes)
}

fn problem(field: &str, message: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: message.to_owned() }
}

fn refused(field: &str, message: &str) -> Outcome {
    Outcome::Refused(vec![problem(field, message)])
}

/// Those who may go into one statement, and those who share an id or a name with one of them.
fn distinct(waiting: Vec<Waiting>) -> (Vec<Waiting>, Vec<Waiting>) {
    let mut seen = HashSet::new();
    waiting.into_iter().partition(|waiting| {
        let person = &waiting.person;
        let id = person.id.map(|id| id.to_string());
        let names = &person.names;
        let keys = [id.as_ref(), Some(&names.login), names.email_login.as_ref()];
        let free = keys.iter().flatten().all(|key| !seen.contains(*key));
        // Whoever waits goes before those who come after.
        seen.extend(keys.into_iter().flatten().cloned());
        free
    })
}

/// Hashes the passwords of those who seem to be new, on all cores, before any connection is held.
async fn hash_new_passwords(administration: &Administration, turn: Vec<Waiting>) -> Result<Vec<Waiting>, AdminError> {
    let plain = |waiting: &&Waiting| matches!(waiting.person.password, Some(Password::Plain(_)));
    let names: Vec<_> = turn.iter().filter(plain).map(|waiting| waiting.person.names.login.clone()).collect();
    let mut known = HashSet::new();
    if !names.is_empty() {
        // Only spares the work. Whoever turns out to be new after all has another turn.
        let found = users::by_login_names(&administration.database, &names).await?;
        known.extend(found.into_iter().map(|(name, _)| name));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let hashed = stream::iter(turn).map(async |mut waiting| {
        if waiting.hash.is_none() && !known.contains(&waiting.person.names.login) {
            waiting.hash = match waiting.person.password.clone() {
                Some(password) => Some(password.hash(administration).await?),
                None => None,
            };
        }
        Ok(waiting)
    });
    hashed.buffered(cores).try_collect().await
}

/// Makes those who can be made, in one transaction, and says what stands in the way of the others.
async fn admit(administration: &Administration, turn: &[Waiting]) -> Result<Vec<Fate>, AdminError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        match try_to_admit(administration, turn).await {
            // Somebody else changed the same people in another order, and was served first.
            Err(AdminError::Storage(error)) if error.is_unavailable() && attempts < ATTEMPTS => {}
            Err(AdminError::Storage(error @ (StorageError::Data(_) | StorageError::Constraint(_)))) => {
                // Not foreseen by our checks: find the line that it is about.
                let (first, second) = turn.split_at(turn.len() / 2);
                if first.is_empty() {
                    return Ok(vec![Fate::Refused(vec![problem("", &error.to_string())])]);
                }
                let mut fates = Box::pin(admit(administration, first)).await?;
                fates.extend(Box::pin(admit(administration, second)).await?);
                return Ok(fates);
            }
            outcome => return outcome,
        }
    }
}

async fn try_to_admit(administration: &Administration, turn: &[Waiting]) -> Result<Vec<Fate>, AdminError> {
    // Whoever's password was not hashed seemed to be there.
    let ready = |waiting: &&Waiting| waiting.person.password.is_none() || waiting.hash.is_some();
    let newcomers: Vec<_> =
        turn.iter().filter(ready).map(|waiting| newcomer(administration, waiting)).collect::<Result<_, _>>()?;
    let mut tx = administration.database.begin().await?;
    let arrivals = bulk::insert(&mut tx, &newcomers).await?;
    let made = arrivals.contains(&Arrival::Made);
    let mut arrivals = arrivals.into_iter();
    let made_or_not: Vec<bool> =
        turn.iter().map(|waiting| ready(&waiting) && arrivals.next() == Some(Arrival::Made)).collect();
    let mut fates = Vec::new();
    let taken: Vec<_> = turn.iter().zip(&made_or_not).filter(|(_, made)| !**made).map(|(waiting, _)| waiting).collect();
    let owners = if taken.is_empty() {
        Vec::new()
    } else {
        let ids: Vec<_> = taken.iter().filter_map(|waiting| waiting.person.id).map(UserId::uuid).collect();
        let names = taken.iter().map(|waiting| &waiting.person.names);
        let names: Vec<_> =
            names.flat_map(|names| [Some(names.login.clone()), names.email_login.clone()]).flatten().collect();
        bulk::owners(&mut tx, &ids, &names).await?
    };
    let owners = Owners::of(owners);
    for (waiting, made) in turn.iter().zip(made_or_not) {
        fates.push(if made { Fate::Made } else { owners.fate(&waiting.person) });
    }
    if made {
        administration.commit(tx).await?;
    }
    Ok(fates)
}

fn newcomer(administration: &Administration, waiting: &Waiting) -> Result<Newcomer, AdminError> {
    let person = &waiting.person;
    let id = person.id.unwrap_or_else(UserId::new);
    let mut entry = administration.entry("user.created");
    entry.user_id = Some(id.uuid());
    entry.detail = Some(json!({ "imported": true }));
    let seed = person.seed.as_ref().map(|seed| sealed_seed(administration, id, seed));
    Ok(Newcomer {
        id,
        username: person.username.clone(),
        login: person.names.login.clone(),
        email: person.email.clone().flatten(),
        email_login: person.names.email_login.clone(),
        email_verified: person.email_verified.unwrap_or_default(),
        password_hash: waiting.hash.clone(),
        claims: Value::Object(person.claims.clone().unwrap_or_default()),
        enabled: person.enabled.unwrap_or(true),
        require_factor: person.require_factor.unwrap_or_default(),
        created_at: person.created_at.unwrap_or(administration.now),
        totp: seed.transpose()?,
        trail_key: administration.trail_key(id),
        entry,
    })
}

/// Where the seed of a person's authenticator app is sealed.
pub(super) fn place_of_seed(row: &str) -> Place<'_> {
    Place { table: "totp", column: "seed_sealed", row }
}

/// Seals a seed for its row. Every code until now may have been spent elsewhere.
fn sealed_seed(administration: &Administration, id: UserId, seed: &[u8]) -> Result<Seed, AdminError> {
    let sealed = administration.sealing()?.seal(place_of_seed(&id.to_string()), seed);
    Ok(Seed { sealed, last_step: administration.now.unix_timestamp() / STEP })
}

/// Who has the ids and names in question.
struct Owners(Vec<Owner>);

impl Owners {
    fn of(mut owners: Vec<Owner>) -> Self {
        owners.sort_by(|a, b| a.name.cmp(&b.name));
        Self(owners)
    }

    fn of_name(&self, name: &str) -> Option<UserId> {
        self.0.binary_search_by(|owner| owner.name.as_str().cmp(name)).ok().map(|index| self.0[index].user_id)
    }

    /// What stands in the way of a person who could not be made.
    fn fate(&self, person: &Person) -> Fate {
        let holder = self.of_name(&person.names.login);
        let there = match person.id {
            Some(id) => self.0.iter().any(|owner| owner.user_id == id).then_some(id),
            None => holder,
        };
        if let Some(user) = there {
            return Fate::There(user);
        }
        let mut problems = Vec::new();
        if holder.is_some() {
            problems.push(problem("username", "is what somebody else signs in with"));
        }
        if person.names.email_login.as_deref().is_some_and(|email| self.of_name(email).is_some()) {
            problems.push(problem("email", "is what somebody else signs in with"));
        }
        if problems.is_empty() { Fate::Again } else { Fate::Refused(problems) }
    }
}

/// Brings somebody who is there to what a line says. `None`: they are gone.
async fn update(administration: &Administration, user: UserId, person: &Person) -> Result<Option<Outcome>, AdminError> {
    match try_to_update(administration, user, person).await {
        Err(AdminError::Invalid(problems)) => {
            Ok(Some(Outcome::Refused(problems.into_iter().map(|problem| problem.error).collect())))
        }
        Err(AdminError::Storage(error @ (StorageError::Data(_) | StorageError::Constraint(_)))) => {
            Ok(Some(refused("", &error.to_string())))
        }
        outcome => outcome,
    }
}

async fn try_to_update(
    administration: &Administration,
    user: UserId,
    person: &Person,
) -> Result<Option<Outcome>, AdminError> {
    let hash = match &person.password {
        Some(Password::Hash(hash)) => Some(hash.clone()),
        Some(plain) if lacks_password(administration, user).await? => Some(plain.clone().hash(administration).await?),
        _ => None,
    };
    let mut tx = administration.database.begin().await?;
    let Some(before) = users::lock(&mut tx, UserRef::Id(user)).await? else { return Ok(None) };
    let changed = write(administration, &mut tx, Some(&before), desired(&before, person), None).await?;
    let mut updated = changed.is_some_and(|changed| !changed.is_empty());
    let Some(mut record) = users::lock(&mut tx, UserRef::Id(user)).await? else { return Ok(None) };
    if let Some(required) = person.require_factor.filter(|required| *required != record.require_factor) {
        record = set_require_factor(administration, &mut tx, record, required).await?;
        updated = true;
    }
    if let Some(enabled) = person.enabled.filter(|enabled| *enabled != record.enabled) {
        record = set_enabled(administration, &mut tx, record, enabled).await?;
        updated = true;
    }
    let mut given = Vec::new();
    if let Some(hash) = hash.filter(|_| !record.has_password) {
        users::set_password_hash(&mut tx, user, &hash).await?;
        given.push("password");
    }
    if let Some(seed) = &person.seed {
        let seed = sealed_seed(administration, user, seed)?;
        if bulk::add_seed(&mut tx, user, &seed, administration.now).await? {
            given.push("totp");
        }
    }
    if !given.is_empty() {
        let mut entry = administration.entry("user.updated");
        entry.user_id = Some(user.uuid());
        entry.detail = Some(json!({ "changed": given }));
        journal::append(&mut tx, &entry).await?;
        updated = true;
    }
    if !updated {
        return Ok(Some(Outcome::Unchanged));
    }
    administration.commit(tx).await?;
    Ok(Some(Outcome::Updated))
}

async fn lacks_password(administration: &Administration, user: UserId) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    Ok(users::lock(&mut tx, UserRef::Id(user)).await?.is_some_and(|record| !record.has_password))
}

/// What a line says over what there is. An address that is new is not theirs until the line says so.
fn desired<'a>(before: &UserRecord, person: &'a Person) -> Desired<'a> {
    let email = person.email.clone().unwrap_or_else(|| before.email.clone());
    let kept = email == before.email && email.is_some();
    Desired {
        username: &person.username,
        entry: "",
        email_verified: person.email_verified.unwrap_or(kept && before.email_verified),
        email,
        claims: match &person.claims {
            Some(claims) => claims.clone(),
            None => before.claims.as_object().cloned().unwrap_or_default(),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use time::OffsetDateTime;

    use super::*;

    fn waiting(lines: &[&str]) -> Vec<Waiting> {
        let parse = |line: &str| line::parse(line.as_bytes(), OffsetDateTime::UNIX_EPOCH).unwrap();
        let lines = lines.iter().enumerate();
        lines.map(|(index, line)| Waiting { index, person: parse(line), attempts: 0, hash: None }).collect()
    }

    #[test]
    fn who_shares_a_name_waits_for_the_next_turn() {
        let lines = [
            r#"{"username":"ada"}"#,
            r#"{"username":"bob","email":"x@example.test","email_verified":true}"#,
            r#"{"username":"ADA","email":"y@example.test","email_verified":true}"#,
            r#"{"username":"eve","email":"Y@example.test","email_verified":true}"#,
            r#"{"username":"dan","email":"x@example.test"}"#,
        ];
        let (turn, later) = distinct(waiting(&lines));
        let index = |waiting: &Waiting| waiting.index;
        assert_eq!(turn.iter().map(index).collect::<Vec<_>>(), [0, 1, 4]);
        assert_eq!(later.iter().map(index).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn who_a_line_is_about() {
        let (one, two) = (UserId::new(), UserId::new());
        let owner = |user_id, name: &str| Owner { user_id, name: name.to_owned() };
        let owners = Owners::of(vec![owner(one, "ada"), owner(one, "ada@example.test"), owner(two, "bob")]);
        let fate = |line: String| match owners.fate(&waiting(&[&line])[0].person) {
            Fate::Made => "made".to_owned(),
            Fate::There(id) => format!("there {id}"),
            Fate::Refused(problems) => problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>().join(" "),
            Fate::Again => "again".to_owned(),
        };
        let mail = r#""email":"ada@example.test","email_verified":true"#;
        assert_eq!(fate(r#"{"username":"Ada"}"#.into()), format!("there {one}"));
        assert_eq!(fate(format!(r#"{{"username":"ada","id":"{one}"}}"#)), format!("there {one}"));
        assert_eq!(fate(format!(r#"{{"username":"eve","id":"{one}"}}"#)), format!("there {one}"), "another name");
        assert_eq!(fate(format!(r#"{{"username":"ada","id":"{}"}}"#, UserId::new())), "username");
        assert_eq!(fate(format!(r#"{{"username":"eve",{mail}}}"#)), "email");
        assert_eq!(fate(format!(r#"{{"username":"bob","id":"{}",{mail}}}"#, UserId::new())), "username email");
        assert_eq!(fate(r#"{"username":"eve"}"#.into()), "again");
    }
}
