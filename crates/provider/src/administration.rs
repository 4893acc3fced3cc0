//! What an administrative change is made with, whoever makes it: a command now, the console and the API as well.
//!
//! Every change is one transaction: the rows, its audit entry, what it withdraws, and one more revision, so that
//! every instance follows within a second.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use credentials::password::{self, Parameters};
use messages::Locale;
use protocol::client_metadata::FieldError;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use storage::{
    Database, StorageError, Tx,
    id::UserId,
    journal::{self, Entry},
    pulse,
    revocations::Withdrawal,
    sealed::{SealingKeys, sha256},
};
use time::OffsetDateTime;

use crate::{
    Context, Provider, RequestInfo,
    api::{self, Caller},
    context,
    idempotency::Once,
    refusal::Refusal,
    roles::Permissions,
    settings::Hashing,
    trail,
};
pub use storage::page::Search;

/// The most rows of one page of a list.
pub const LONGEST_PAGE: i64 = 1000;

/// Why an administrative change was not made. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// There is no such thing.
    #[error("there is no {kind} {name:?}")]
    Missing {
        /// `client`, `user` or `resource`.
        kind: &'static str,
        /// What it was called.
        name: String,
    },
    /// The name is taken.
    #[error("there is a {kind} {name:?} already")]
    Taken {
        /// `client`, `user` or `resource`.
        kind: &'static str,
        /// What it was to be called.
        name: String,
    },
    /// Something about what was given is wrong: each with its entry and field.
    #[error("{}", lines(.0))]
    Invalid(Vec<Invalid>),
    /// It needs a sealing key, and none is known.
    #[error("this needs the sealing keys: name the configuration file, or set CHANCERY__SECRETS__SEALING_KEYS")]
    NoSealingKey,
    /// Whoever asked may not do it: it needs permissions that they do not hold.
    #[error("this needs permissions that you do not hold: {}", .0.names().join(", "))]
    Forbidden(Permissions),
    /// Nobody would be left who may do everything.
    #[error("this would leave the server without an owner: make somebody else one first")]
    LastOwner,
    /// It is not as it was when it was looked at.
    #[error("it was changed meanwhile: look at it again")]
    Changed,
    /// The same request was answered before.
    #[error("the same request was answered before")]
    Repeated,
    /// Passwords cannot be hashed now.
    #[error("passwords cannot be hashed: {0}")]
    Hashing(String),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

fn lines(problems: &[Invalid]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// One thing that is wrong: with which entry, and which field of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The entry, as in `client[2] shop`. Empty for what was given as a whole.
    pub entry: String,
    /// The field and what is wrong with it.
    pub error: FieldError,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.entry.is_empty() {
            write!(f, "{}: ", self.entry)?;
        }
        write!(f, "{}", self.error)
    }
}

impl AdminError {
    /// One field is wrong.
    pub fn field(entry: impl Into<String>, field: impl Into<String>, message: impl Into<String>) -> Self {
        let error = FieldError { field: field.into(), message: message.into() };
        Self::Invalid(vec![Invalid { entry: entry.into(), error }])
    }
}

/// Names the version of what is shown: the same while nothing of it changes.
///
/// # Errors
/// `AdminError::Storage` when it has no JSON form.
pub fn version(view: &impl Serialize) -> Result<String, AdminError> {
    let json = serde_json::to_vec(view).map_err(StorageError::from)?;
    Ok(URL_SAFE_NO_PAD.encode(&sha256(&json)[..16]))
}

/// What is changed, from where, and at what time.
#[derive(Clone, Debug)]
pub struct Administration {
    /// All shared state.
    pub database: Database,
    /// The one reading of the clock.
    pub now: OffsetDateTime,
    /// Where the change came from.
    pub request: RequestInfo,
    actor: Actor,
    /// What is changed must be one of these versions; `None`: whatever it is.
    only_if: Option<Vec<String>>,
    /// What is made is kept under this.
    once: Option<Once>,
    sealing: Option<SealingKeys>,
    hashing: Hashers,
}

/// Who makes a change.
#[derive(Clone, Debug)]
enum Actor {
    /// Whoever runs commands on the server, or the server itself.
    Operator,
    /// A person, of their own account.
    Own,
    /// Somebody who calls the management API.
    Caller(Arc<Caller>),
}

#[derive(Clone, Debug)]
enum Hashers {
    /// The pool of a running server.
    Pool(Arc<Provider>),
    /// A thread of this process, which has nothing else to do.
    Here(Parameters),
}

impl Administration {
    /// For a command: a process of its own, without a running server.
    #[must_use]
    pub fn of_command(database: Database, sealing: Option<SealingKeys>, hashing: &Hashing) -> Self {
        let Hashing { memory, iterations, parallelism, .. } = *hashing;
        Self {
            database,
            sealing,
            hashing: Hashers::Here(Parameters { memory, iterations, parallelism }),
            now: context::now(),
            request: RequestInfo::of_nobody(),
            actor: Actor::Operator,
            only_if: None,
            once: None,
        }
    }

    /// The same, for a creation that is to happen once.
    #[must_use]
    pub fn once(self, once: Option<Once>) -> Self {
        Self { once, ..self }
    }

    /// Keeps what was made, where it is to be made once.
    pub(crate) async fn keep(&self, tx: &mut Tx, made: &impl Serialize) -> Result<(), AdminError> {
        match &self.once {
            Some(once) => once.keep(self, tx, made).await,
            None => Ok(()),
        }
    }

    /// The same, for what is still of one of these versions.
    #[must_use]
    pub fn only_if(self, versions: Vec<String>) -> Self {
        Self { only_if: Some(versions), ..self }
    }

    /// Refuses to change what is not as it was when it was looked at. Its row is locked.
    pub(crate) fn check_version(&self, view: &impl Serialize) -> Result<(), AdminError> {
        let Some(versions) = &self.only_if else { return Ok(()) };
        let version = version(view)?;
        if versions.contains(&version) { Ok(()) } else { Err(AdminError::Changed) }
    }

    /// The same at a later reading of the clock: for a command that goes on for long, one for each batch.
    #[must_use]
    pub fn later(&self) -> Self {
        Self { now: context::now(), ..self.clone() }
    }

    pub(crate) fn sealing(&self) -> Result<&SealingKeys, AdminError> {
        self.sealing.as_ref().ok_or(AdminError::NoSealingKey)
    }

    /// Whether an identifier is the management API's own, as far as this process knows the issuer. (Requests know it in any
    /// case, and believe no row of that name.)
    pub(crate) fn is_reserved(&self, identifier: &str) -> bool {
        let Hashers::Pool(provider) = &self.hashing else { return false };
        identifier == api::identifier(&provider.settings.issuer)
    }

    /// Whether there is anything that who makes the change may not do.
    pub(crate) fn is_bounded(&self) -> bool {
        matches!(self.actor, Actor::Caller(_))
    }

    /// What who makes the change may do.
    pub(crate) fn held(&self) -> Permissions {
        match &self.actor {
            Actor::Operator => Permissions::all(),
            Actor::Own => Permissions::NONE,
            Actor::Caller(caller) => caller.permissions,
        }
    }

    /// The same as the database says it in this transaction.
    pub(crate) async fn held_now(&self, tx: &mut Tx) -> Result<Permissions, StorageError> {
        match &self.actor {
            Actor::Operator | Actor::Own => Ok(self.held()),
            Actor::Caller(caller) => caller.permissions_now(tx).await,
        }
    }

    /// Refuses where something is lacking.
    pub(crate) fn require(&self, lacking: Permissions) -> Result<(), AdminError> {
        if lacking.is_empty() { Ok(()) } else { Err(AdminError::Forbidden(lacking)) }
    }

    /// An audit entry of this change; the rest is the caller's to fill in. Where a person was who calls the management API
    /// is not written: their session tells, under their key.
    pub(crate) fn entry(&self, event: &'static str) -> Entry {
        let of_person = matches!(&self.actor, Actor::Caller(caller) if caller.person.is_some());
        Entry {
            at: Some(self.now),
            event,
            outcome: "ok",
            request_id: Some(self.request.id.uuid()),
            address: self.request.address.filter(|_| !of_person),
            ..Entry::default()
        }
    }

    /// Writes an entry in the transaction of the change, with who made it.
    pub(crate) async fn append(&self, tx: &mut Tx, mut entry: Entry) -> Result<(), AdminError> {
        if let Actor::Caller(caller) = &self.actor {
            let detail = entry.detail.get_or_insert_with(|| serde_json::json!({}));
            if let Some(members) = detail.as_object_mut() {
                members.insert("actor".to_owned(), caller.in_trail());
            }
        }
        Ok(journal::append(tx, &entry).await?)
    }

    /// An entry that tells of a change to a person. What they change of their own account tells of where they were, which
    /// only they can read; it has to be written while they are there.
    pub(crate) async fn entry_about(
        &self,
        tx: &mut Tx,
        event: &'static str,
        user: UserId,
    ) -> Result<Entry, StorageError> {
        let mut entry = self.entry(event);
        entry.user_id = Some(user.uuid());
        if matches!(self.actor, Actor::Own)
            && let Some(sealing) = &self.sealing
        {
            let key = trail::key(sealing, tx, user).await?;
            trail::seal(sealing, (user, key.as_deref()), &self.request, &mut entry)?;
        }
        Ok(entry)
    }

    /// A key for somebody new, where this process can seal one; else they get it with their first session.
    pub(crate) fn trail_key(&self, user: UserId) -> Option<Vec<u8>> {
        self.sealing.as_ref().map(|sealing| trail::new_key(sealing, user))
    }

    /// The language of the pages on which it was made.
    pub(crate) fn language(&self) -> Option<Locale> {
        self.request.language
    }

    /// A withdrawal of this moment: remembered for as long as a dependent token could live.
    pub(crate) fn withdrawal(&self, reason: &'static str) -> Withdrawal {
        crate::revocations::withdrawal(self.now, reason)
    }

    /// Commits a change and tells every instance.
    pub(crate) async fn commit(&self, mut tx: Tx) -> Result<(), AdminError> {
        pulse::bump_revision(&mut tx).await?;
        tx.commit().await?;
        if let Hashers::Pool(provider) = &self.hashing {
            provider.pulse.wake();
        }
        Ok(())
    }

    /// Hashes a new password, whose length and characters were checked.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, AdminError> {
        match &self.hashing {
            Hashers::Pool(provider) => provider.hashing.hash(password).await.map_err(|refusal| match refusal {
                Refusal::Unavailable { reason, .. } | Refusal::Internal(reason) => AdminError::Hashing(reason),
                refused @ (Refusal::Refused { .. } | Refusal::Throttled { .. }) => {
                    AdminError::Hashing(refused.reason().to_owned())
                }
            }),
            Hashers::Here(parameters) => {
                let parameters = *parameters;
                tokio::task::spawn_blocking(move || password::hash(password.expose_secret(), &parameters))
                    .await
                    .map_err(|error| AdminError::Hashing(error.to_string()))?
                    .map_err(|error| AdminError::Hashing(error.to_string()))
            }
        }
    }
}

impl Context {
    /// For an administrative change that this request makes.
    #[must_use]
    pub fn administration(&self) -> Administration {
        Administration {
            database: self.database.clone(),
            sealing: Some(self.sealing.clone()),
            hashing: Hashers::Pool(Arc::clone(self.provider())),
            now: self.now,
            request: self.request.clone(),
            actor: Actor::Operator,
            only_if: None,
            once: None,
        }
    }

    /// The same for somebody who calls the management API: they change nobody who can do more than they can, and the
    /// audit trail names them.
    #[must_use]
    pub fn administration_by(&self, caller: &Arc<Caller>) -> Administration {
        Administration { actor: Actor::Caller(Arc::clone(caller)), ..self.administration() }
    }

    /// The same for what a person changes of their own account.
    pub(crate) fn own_account(&self) -> Administration {
        Administration { actor: Actor::Own, ..self.administration() }
    }
}
