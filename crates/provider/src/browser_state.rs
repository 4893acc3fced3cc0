//! State that travels in URLs and forms instead of lying in the database: sealed, dated, and bound to a browser.
//!
//! The binding stands inside what is sealed. So a state that comes back from another browser, or without the
//! cookie, can still be read: it has no authority there, but the person can be told how to go on.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use storage::sealed::{Purpose, SealingKeys, sha256};
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

use crate::{Context, refusal::Refusal};

/// What a state is for. What was sealed for one does not open for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// An authorization request on its way through our pages.
    Authorize,
    /// A sign-in on the way to a page of ours.
    SignIn,
    /// A sign-out that awaits its confirmation.
    SignOut,
    /// A trip to an upstream provider.
    Upstream,
    /// An account at an upstream provider that is to be linked.
    UpstreamLink,
    /// An authenticator app that awaits its first code.
    TotpSetup,
    /// A form of the account page.
    Account,
    /// A passkey that is being made.
    PasskeySetup,
    /// A passkey that is asked for.
    Passkey,
    /// A mail that was asked for.
    Mailed,
    /// A link of a mail, after it was opened.
    Link,
}

impl Errand {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Authorize => b"authorize",
            Self::SignIn => b"sign-in",
            Self::SignOut => b"sign-out",
            Self::Upstream => b"upstream",
            Self::UpstreamLink => b"upstream-link",
            Self::TotpSetup => b"totp setup",
            Self::Account => b"account",
            Self::PasskeySetup => b"passkey setup",
            Self::Passkey => b"passkey",
            Self::Mailed => b"mailed",
            Self::Link => b"link",
        }
    }
}

/// Which browser a state came back from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The one for which it was sealed.
    SameBrowser,
    /// Another one, or one that keeps no cookies.
    Elsewhere,
}

/// A state that came back.
#[derive(Clone, Debug)]
pub struct Opened<T> {
    /// What was sealed.
    pub value: T,
    /// When the errand began.
    pub started_at: OffsetDateTime,
    /// Whether it has lasted too long.
    pub expired: bool,
    /// Which browser it came back from.
    pub origin: Origin,
}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    /// SHA-256 of the browser's cookie, base64url.
    b: String,
    /// When the errand began, in microseconds since 1970.
    #[serde(with = "time::serde::timestamp::microseconds")]
    t: OffsetDateTime,
    v: T,
}

fn binding(browser: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(sha256(browser))
}

/// Seals a state for the browser that has the cookie `browser`.
///
/// # Errors
/// `Refusal::Internal` when the value has no JSON form.
pub fn seal<T: Serialize>(
    context: &Context,
    errand: Errand,
    browser: &[u8],
    started_at: OffsetDateTime,
    value: &T,
) -> Result<String, Refusal> {
    let envelope = Envelope { b: binding(browser), t: started_at, v: value };
    seal_envelope(&context.sealing, errand, &envelope)
        .map_err(|error| Refusal::internal(format!("sealed state: {error}")))
}

/// Opens what `seal` made for the same errand; `None` when it is anything else.
#[must_use]
pub fn open<T: DeserializeOwned>(context: &Context, errand: Errand, browser: &[u8], text: &str) -> Option<Opened<T>> {
    let envelope: Envelope<T> = open_envelope(&context.sealing, errand, text)?;
    let same: bool = envelope.b.as_bytes().ct_eq(binding(browser).as_bytes()).into();
    Some(Opened {
        value: envelope.v,
        started_at: envelope.t,
        expired: context.now - envelope.t > context.settings.lifetimes.authorization_request,
        origin: if same { Origin::SameBrowser } else { Origin::Elsewhere },
    })
}

fn seal_envelope<T: Serialize>(
    keys: &SealingKeys,
    errand: Errand,
    envelope: &Envelope<T>,
) -> Result<String, serde_json::Error> {
    let plain = serde_json::to_vec(envelope)?;
    Ok(URL_SAFE_NO_PAD.encode(keys.seal_for(Purpose::State, errand.label(), &plain)))
}

fn open_envelope<T: DeserializeOwned>(keys: &SealingKeys, errand: Errand, text: &str) -> Option<Envelope<T>> {
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let plain = keys.open_for(Purpose::State, errand.label(), &sealed).ok()?;
    serde_json::from_slice(&plain).ok()
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn keys() -> SealingKeys {
        SealingKeys::new(&[(1, Zeroizing::new([7; 32]))]).expect("valid keys")
    }

    fn sealed(errand: Errand) -> String {
        let envelope = Envelope { b: binding(b"browser"), t: OffsetDateTime::UNIX_EPOCH, v: "value" };
        seal_envelope(&keys(), errand, &envelope).expect("it has a JSON form")
    }

    fn opened(errand: Errand, text: &str) -> Option<Envelope<String>> {
        open_envelope(&keys(), errand, text)
    }

    #[test]
    fn it_opens_for_its_own_errand_only() {
        let text = sealed(Errand::Authorize);
        assert_eq!(opened(Errand::Authorize, &text).expect("opens").v, "value");
        assert!(opened(Errand::SignIn, &text).is_none());
        assert!(opened(Errand::SignOut, &text).is_none());
    }

    #[test]
    fn the_browser_is_told_apart_by_its_cookie() {
        let envelope = opened(Errand::SignIn, &sealed(Errand::SignIn)).expect("opens");
        assert_eq!(envelope.b, binding(b"browser"));
        for other in [&b""[..], b"browser2", b"Browser"] {
            assert_ne!(envelope.b, binding(other));
        }
    }

    #[test]
    fn nothing_but_what_was_sealed_opens() {
        let text = sealed(Errand::Authorize);
        for index in 0..text.len() {
            let mut flipped = text.clone().into_bytes();
            flipped[index] = if flipped[index] == b'A' { b'B' } else { b'A' };
            let flipped = String::from_utf8(flipped).expect("ASCII");
            // The last character has bits that base64 does not use; they must be zero.
            assert!(opened(Errand::Authorize, &flipped).is_none(), "character {index}");
        }
        for garbage in ["", "A", "AAAA", "!", "é", &text[1..], &text[..text.len() - 1], &format!("{text}=")] {
            assert!(opened(Errand::Authorize, garbage).is_none(), "{garbage}");
        }
    }
}
