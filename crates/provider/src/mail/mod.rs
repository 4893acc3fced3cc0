//! Mail that follows from a decision. It is written to the outbox in the deciding transaction and sent afterwards, by
//! any instance that sends mail.
//!
//! The outbox knows to whom and of what, never a link or a code: those are derived when the mail is made, and a mail
//! whose link works no more by then is not sent.

pub(crate) mod deliver;

use messages::Locale;
use serde::{Deserialize, Serialize};
use storage::{
    Tx,
    id::{OneTimeId, RequestId, UserId},
    outbox, users,
};

pub use outbound::mail::{Trap, Trapped};

use crate::{Context, Provider, Settings, delivery, desk::Desk};

/// Whether this instance sends mail. Features that need it are offered only then.
#[must_use]
pub fn is_configured(provider: &Provider) -> bool {
    provider.mailer.is_on()
}

/// The same, as the settings say it.
#[must_use]
pub fn is_on(settings: &Settings) -> bool {
    !matches!(settings.mail.transport, outbound::mail::Transport::Off)
}

/// Who gets a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct To {
    /// The address.
    pub address: String,
    /// The language.
    pub locale: Locale,
    /// The username of whose the address is. `None` where that is not known yet: they are told nothing of it.
    pub account: Option<String>,
}

impl To {
    /// An address that is not known to be anybody's.
    pub fn stranger(address: impl Into<String>, locale: Locale) -> Self {
        Self { address: address.into(), locale, account: None }
    }
}

/// What a mail tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Letter {
    /// A link that works once, with its code where there is one: what `one_time::issue` issued says which mail it is.
    OneTime {
        /// The row.
        id: OneTimeId,
    },
    /// Somebody tried to sign up with an address that has an account.
    SignUpTaken,
    /// Something about an account changed.
    Notice(Notice),
}

/// What a person is told of their account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// To the old address: another one was asked for.
    AddressChanging {
        /// The new one. It is not shown in full.
        new: String,
    },
    /// To the old address: another one is in its place.
    AddressChanged {
        /// The new one. It is not shown in full.
        new: String,
    },
    /// The password was changed.
    PasswordChanged,
    /// A passkey was added.
    PasskeyAdded {
        /// What its owner calls it.
        name: String,
    },
    /// A passkey was removed.
    PasskeyRemoved {
        /// What its owner called it.
        name: String,
    },
    /// A passkey was refused that may have been copied.
    PasskeyCloned {
        /// What its owner calls it.
        name: String,
    },
    /// An authenticator app was added.
    TotpAdded,
    /// It was removed.
    TotpRemoved,
    /// Recovery codes were made anew.
    RecoveryCodesMade,
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// How many are left.
        left: u32,
    },
    /// A sign-in in a browser that had not been seen before.
    NewSignIn {
        /// Browser and system, in words.
        device: String,
        /// Where, in words.
        place: Option<String>,
    },
    /// The account was deleted.
    AccountDeleted,
    /// What they say of themselves was changed.
    ProfileChanged,
    /// An app has access no more.
    AppWithdrawn {
        /// How people know it.
        app: String,
    },
    /// An upstream provider signs the person in from now on.
    UpstreamLinked {
        /// Its name.
        upstream: String,
    },
    /// It does so no more.
    UpstreamUnlinked {
        /// Its name.
        upstream: String,
    },
}

/// A mail as the outbox keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stored {
    to: String,
    locale: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    letter: Letter,
}

/// Writes a mail in the deciding transaction. Where mail is off, nothing is written.
///
/// # Errors
/// The database's.
pub async fn send<D: Desk>(desk: &D, tx: &mut Tx, to: &To, letter: Letter) -> Result<(), D::Error> {
    if !desk.writes_mail() {
        return Ok(());
    }
    let To { address, locale, account } = to.clone();
    let stored = Stored { to: address, locale: locale.tag(), account, letter: letter.masked() };
    let payload = serde_json::to_value(stored).map_err(storage::StorageError::from)?;
    Ok(outbox::insert(tx, delivery::Kind::Mail.as_str(), &[payload], desk.now()).await?)
}

/// Tells a person of a change to their account, at the address that they have in this transaction and are known to
/// own; nobody else is told. The language is what the person's claim `locale` says, else `language`, such as that of
/// the page on which the change was made.
///
/// # Errors
/// The database's.
pub async fn notify<D: Desk>(
    desk: &D,
    tx: &mut Tx,
    user: UserId,
    language: Option<Locale>,
    notice: Notice,
) -> Result<(), D::Error> {
    match recipient(tx, user, language).await? {
        Some(to) => send(desk, tx, &to, Letter::Notice(notice)).await,
        None => Ok(()),
    }
}

/// A person at the address that they have in this transaction and are known to own; `None` without one. To be asked
/// before the change, where it takes the address or the person away.
///
/// # Errors
/// `StorageError`.
pub async fn recipient(
    tx: &mut Tx,
    user: UserId,
    language: Option<Locale>,
) -> Result<Option<To>, storage::StorageError> {
    let Some(person) = users::addressee(tx, user).await? else { return Ok(None) };
    let locale = match (person.locale.as_deref(), language) {
        (None, Some(language)) => language,
        (claimed, _) => Locale::negotiate(claimed, None),
    };
    Ok(Some(To { address: person.email, locale, account: Some(person.username) }))
}

/// Sends what is due, now and in the background. To be called once the transaction is committed; without it, mail
/// waits for the job, some seconds.
pub fn deliver_soon(context: &Context) {
    delivery::deliver_soon(context, delivery::Kind::Mail);
}

/// Sends one mail without an outbox, for who tries the configuration.
///
/// # Errors
/// One line for the operator.
pub async fn send_test(settings: &Settings, address: &str) -> Result<(), String> {
    let sender = outbound::mail::Sender::new(&settings.mail)?;
    let (locale, now) = (Locale::default(), crate::context::now());
    let rendered = deliver::write(settings, messages::mail::Mail::Test, locale, None, now)?;
    let letter = outbound::mail::Letter {
        to: address,
        subject: &rendered.subject,
        text: &rendered.text,
        html: &rendered.html,
        language: &locale.tag(),
        id: &RequestId::new().to_string(),
        date: now.into(),
    };
    sender.send(&letter).await.map_err(|error| error.to_string())
}

impl Letter {
    /// Without the part of an address that only its owner needs to see.
    fn masked(self) -> Self {
        match self {
            Self::Notice(Notice::AddressChanging { new }) => {
                Self::Notice(Notice::AddressChanging { new: masked(&new) })
            }
            Self::Notice(Notice::AddressChanged { new }) => Self::Notice(Notice::AddressChanged { new: masked(&new) }),
            other => other,
        }
    }
}

/// Enough of an address to recognize one's own: whoever reads the old mailbox need not learn the new one.
fn masked(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{domain}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_stored() {
        let id = OneTimeId::new();
        let stored = Stored {
            to: "ada@example.test".to_owned(),
            locale: "en".to_owned(),
            account: None,
            letter: Letter::OneTime { id },
        };
        let value = serde_json::to_value(&stored).unwrap();
        assert_eq!(
            value,
            json!({ "to": "ada@example.test", "locale": "en", "letter": { "kind": "one_time", "id": id } })
        );
        for letter in [
            Letter::SignUpTaken,
            Letter::Notice(Notice::PasswordChanged),
            Letter::Notice(Notice::RecoveryCodeUsed { left: 2 }),
            Letter::Notice(Notice::NewSignIn { device: "Firefox".to_owned(), place: None }),
        ] {
            let stored = Stored { letter, ..stored.clone() };
            let value = serde_json::to_value(&stored).unwrap();
            assert_eq!(serde_json::from_value::<Stored>(value).unwrap(), stored);
        }
    }

    #[test]
    fn addresses_are_masked() {
        assert_eq!(masked("ada.lovelace@example.test"), "a…@example.test");
        assert_eq!(masked("é@example.test"), "é…@example.test");
        assert_eq!(masked("nonsense"), "n…@");
        let letter = Letter::Notice(Notice::AddressChanging { new: "ada@example.test".to_owned() });
        assert!(!serde_json::to_string(&letter.masked()).unwrap().contains("ada@"));
    }
}
