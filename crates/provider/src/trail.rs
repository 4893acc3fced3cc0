//! What the audit trail says of people themselves: where they were, and with which browser.
//!
//! It is sealed under a key of each person's own, which lies sealed in their row and goes with it: what the trail keeps
//! of somebody who deleted their account cannot be read by anybody. It is bound to the event and to the person, so that
//! an entry that was moved does not open.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use storage::{
    StorageError, Tx,
    id::UserId,
    journal::{Entry, OfPerson},
    sealed::{self, PersonKey, Place, SealingKeys},
    users,
};
use tracing::warn;
use uuid::Uuid;

use crate::{Context, RequestInfo, refusal::Refusal, registry::Client};

/// What is sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Personal {
    /// From where.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// With which browser.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

impl Personal {
    fn of(request: &RequestInfo) -> Self {
        Self { address: request.address, user_agent: request.user_agent.clone() }
    }

    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a person's key lies, for sealing it.
pub(crate) fn place(row: &str) -> Place<'_> {
    Place { table: "user_account", column: "trail_key", row }
}

/// A key for somebody new, sealed for their row.
pub(crate) fn new_key(sealing: &SealingKeys, user: UserId) -> Vec<u8> {
    let key: [u8; 32] = sealed::random();
    sealing.seal(place(&user.to_string()), &key)
}

fn open_key(sealing: &SealingKeys, user: UserId, key: &[u8]) -> Result<PersonKey, StorageError> {
    PersonKey::new(&sealing.open(place(&user.to_string()), key)?)
}

/// The key of somebody who is there, made now if they have none yet. `None`: they are gone.
pub(crate) async fn key(sealing: &SealingKeys, tx: &mut Tx, user: UserId) -> Result<Option<Vec<u8>>, StorageError> {
    match users::trail_key(tx, user).await? {
        Some(key) => Ok(Some(key)),
        None => users::keep_trail_key(tx, user, &new_key(sealing, user)).await,
    }
}

/// What an entry is bound to.
fn associated(event: &str, user: Option<Uuid>) -> Vec<u8> {
    [&b"journal\0personal\0"[..], event.as_bytes(), b"\0", user.unwrap_or_default().as_bytes()].concat()
}

/// Makes an entry tell of a person from where they came, and with what, so that only they can be told. Whose key is not
/// there is not told of at all: nothing of it is ever written in clear.
///
/// # Errors
/// `StorageError` when the key cannot be opened.
pub(crate) fn seal(
    sealing: &SealingKeys,
    (user, key): (UserId, Option<&[u8]>),
    request: &RequestInfo,
    entry: &mut Entry,
) -> Result<(), StorageError> {
    entry.user_id = Some(user.uuid());
    entry.address = None;
    let personal = Personal::of(request);
    if let (Some(key), false) = (key, personal.is_nothing()) {
        let key = open_key(sealing, user, key)?;
        let plain = serde_json::to_vec(&personal)?;
        entry.personal = Some(key.seal(&associated(entry.event, entry.user_id), &plain));
    }
    Ok(())
}

impl Context {
    /// An audit entry of something that a person did in this request; the rest is the caller's to fill in.
    ///
    /// # Errors
    /// `Refusal` when the person's key cannot be opened.
    pub fn entry_of(
        &self,
        (event, outcome): (&'static str, &'static str),
        (user, key): (UserId, Option<&[u8]>),
    ) -> Result<Entry, Refusal> {
        let mut entry = self.entry(event, outcome);
        seal(&self.sealing, (user, key), &self.request, &mut entry)?;
        Ok(entry)
    }

    /// An entry of what a client did. A public client runs where its person is, and of that nothing is written here in
    /// clear: the session tells, under the person's key.
    pub(crate) fn entry_by(&self, client: &Client, (event, outcome): (&'static str, &'static str)) -> Entry {
        let mut entry = self.entry(event, outcome);
        entry.client_id = Some(client.client_id.clone());
        if client.metadata.is_public() {
            entry.address = None;
        }
        entry
    }

    /// An entry about a person in a transaction, where the person's key is not at hand.
    ///
    /// # Errors
    /// `Refusal`.
    pub(crate) async fn entry_about(
        &self,
        tx: &mut Tx,
        event: (&'static str, &'static str),
        user: UserId,
    ) -> Result<Entry, Refusal> {
        let key = key(&self.sealing, tx, user).await?;
        self.entry_of(event, (user, key.as_deref()))
    }
}

/// Opens what entries say of a person.
#[derive(Debug)]
pub(crate) struct Reader {
    user: UserId,
    key: Option<PersonKey>,
}

impl Reader {
    pub(crate) fn new(context: &Context, user: UserId, key: Option<&[u8]>) -> Result<Self, StorageError> {
        let key = key.map(|key| open_key(&context.sealing, user, key)).transpose()?;
        Ok(Self { user, key })
    }

    /// Nothing, where there is nothing, or where it does not open.
    pub(crate) fn read(&self, entry: &OfPerson) -> Personal {
        let Some(sealed) = &entry.personal else { return Personal::default() };
        self.open(&entry.event, sealed, entry.id).unwrap_or_default()
    }

    /// What is sealed in an entry of an event. `None`: it does not open.
    pub(crate) fn open(&self, event: &str, sealed: &[u8], entry: i64) -> Option<Personal> {
        match self.key.as_ref()?.open(&associated(event, Some(self.user.uuid())), sealed) {
            Ok(plain) => serde_json::from_slice(&plain).ok(),
            Err(error) => {
                warn!(%error, entry, "an entry of the audit trail does not open");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use time::OffsetDateTime;
    use zeroize::Zeroizing;

    use super::*;

    fn keys() -> SealingKeys {
        SealingKeys::new(&[(1, Zeroizing::new([7; 32]))]).unwrap()
    }

    fn request() -> RequestInfo {
        RequestInfo {
            address: Some("192.0.2.1".parse().unwrap()),
            user_agent: Some("Firefox".to_owned()),
            ..RequestInfo::of_nobody()
        }
    }

    fn stored(entry: &Entry) -> OfPerson {
        OfPerson {
            id: 1,
            at: OffsetDateTime::UNIX_EPOCH,
            event: entry.event.to_owned(),
            outcome: "ok".to_owned(),
            client_id: None,
            session_id: None,
            detail: None,
            personal: entry.personal.clone(),
        }
    }

    #[test]
    fn only_the_person_is_told_and_only_of_that_event() {
        let (keys, user) = (keys(), UserId::new());
        let sealed = new_key(&keys, user);
        let mut entry = Entry { event: "session.opened", address: request().address, ..Entry::default() };
        seal(&keys, (user, Some(&sealed)), &request(), &mut entry).unwrap();
        assert_eq!(entry.address, None);
        let bytes = entry.personal.clone().unwrap();
        assert!(!bytes.windows(7).any(|part| part == b"Firefox"));
        let reader = |user, sealed: &[u8]| Reader { user, key: Some(open_key(&keys, user, sealed).unwrap()) };
        assert_eq!(reader(user, &sealed).read(&stored(&entry)), Personal::of(&request()));
        let moved = OfPerson { event: "session.ended".to_owned(), ..stored(&entry) };
        assert_eq!(reader(user, &sealed).read(&moved), Personal::default());
        let other = UserId::new();
        assert_eq!(reader(other, &new_key(&keys, other)).read(&stored(&entry)), Personal::default());
        assert!(open_key(&keys, other, &sealed).is_err(), "a key that was moved to another row does not open");
    }

    #[test]
    fn without_a_key_nothing_is_written() {
        let mut entry = Entry { event: "session.opened", address: request().address, ..Entry::default() };
        seal(&keys(), (UserId::new(), None), &request(), &mut entry).unwrap();
        assert_eq!((entry.address, entry.personal), (None, None));
    }
}
