//! The state of one authorization request, from its arrival to its code. It belongs to that request, not to the
//! browser: two tabs never disturb each other, and a request that ends nowhere leaves nothing behind.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use protocol::{authorization::AuthorizationRequest, scope::ScopePairs};
use serde::{Deserialize, Serialize};
use storage::{
    id::{AuthorizationRequestId, SessionId},
    sealed::sha256,
};
use time::OffsetDateTime;

use crate::{
    Context,
    browser_state::{self, Errand, Opened, Origin},
    refusal::Refusal,
    sessions::SignedIn,
    sign_in::Proven,
};

/// A sign-in that happened for this request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticated {
    /// The session that it opened or renewed.
    #[serde(rename = "s")]
    pub session: SessionId,
    /// When.
    #[serde(rename = "t", with = "time::serde::timestamp::microseconds")]
    pub at: OffsetDateTime,
}

/// What is remembered of an authorization request while a person is on our pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestState {
    /// Its name: it is answered with a code once.
    #[serde(rename = "i")]
    pub id: AuthorizationRequestId,
    /// When it arrived.
    #[serde(skip, default = "unknown")]
    pub started_at: OffsetDateTime,
    /// SHA-256 of the cookie of the browser that it is in now.
    #[serde(skip)]
    pub browser: [u8; 32],
    /// What the client sent. It is judged anew at every step, so that nothing is decided on stale rules.
    #[serde(rename = "r")]
    pub sent: AuthorizationRequest,
    /// The sign-in that happened for it. A live session from elsewhere does not count as one.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub authenticated: Option<Authenticated>,
    /// What somebody has proven so far in a sign-in for it that takes several steps.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub proven: Option<Proven>,
    /// The session that was chosen for it.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<SessionId>,
    /// Whether somebody else than who is signed in wants to go on.
    #[serde(rename = "o", default, skip_serializing_if = "std::ops::Not::not")]
    pub other: bool,
    /// The session of the person to whom the page that holds this state was shown.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub shown_to: Option<SessionId>,
    /// What that page asked for, as [`digest`] of the pairs.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
}

/// Stands for a set of pairs.
#[must_use]
pub fn digest(pairs: &ScopePairs) -> String {
    let mut text = Vec::new();
    for part in pairs.iter().flat_map(|pair| [&pair.resource, &pair.scope]) {
        text.extend((part.len() as u64).to_be_bytes());
        text.extend(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(sha256(&text))
}

fn unknown() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH
}

impl RequestState {
    /// The state of a request that arrives now, from the browser that has the cookie `browser`.
    #[must_use]
    pub fn new(sent: AuthorizationRequest, now: OffsetDateTime, browser: &[u8]) -> Self {
        Self {
            id: AuthorizationRequestId::new(),
            started_at: now,
            browser: sha256(browser),
            sent,
            authenticated: None,
            proven: None,
            chosen: None,
            other: false,
            shown_to: None,
            shown: None,
        }
    }

    /// The same request after a sign-in for it.
    #[must_use]
    pub fn authenticated_by(self, session: &SignedIn) -> Self {
        let authenticated = Authenticated { session: session.session_id, at: session.auth_time };
        Self { authenticated: Some(authenticated), ..self.bare() }
    }

    /// The same request after a person chose to go on as who they are.
    #[must_use]
    pub fn chosen_by(self, session: &SignedIn) -> Self {
        Self { chosen: Some(session.session_id), other: false, shown_to: None, shown: None, ..self }
    }

    /// The same request after a person said that somebody else wants to go on.
    #[must_use]
    pub fn for_somebody_else(self) -> Self {
        Self { other: true, ..self.bare() }
    }

    /// The same request, on a page that is shown to a person.
    #[must_use]
    pub fn shown_to(self, session: &SignedIn) -> Self {
        Self { shown_to: Some(session.session_id), shown: None, ..self }
    }

    /// The same request, on a page that asks a person for this.
    #[must_use]
    pub fn asking(self, session: &SignedIn, pairs: &ScopePairs) -> Self {
        Self { shown: Some(digest(pairs)), ..self.shown_to(session) }
    }

    /// The request alone, without what happened for it: what anybody may send.
    #[must_use]
    pub fn bare(self) -> Self {
        Self { authenticated: None, proven: None, chosen: None, other: false, shown_to: None, shown: None, ..self }
    }

    /// Seals it for a browser.
    ///
    /// # Errors
    /// `Refusal::Internal`.
    pub fn seal(&self, context: &Context, browser: &[u8]) -> Result<String, Refusal> {
        browser_state::seal(context, Errand::Authorize, browser, self.started_at, self)
    }

    /// Opens what `seal` made; `None` when it is anything else.
    ///
    /// From another browser only the bare request comes back: it may go on there from its beginning, as if the
    /// client's own link had been opened there. What happened for it elsewhere counts for nothing.
    #[must_use]
    pub fn open(context: &Context, browser: &[u8], text: &str) -> Option<Opened<Self>> {
        let mut opened: Opened<Self> = browser_state::open(context, Errand::Authorize, browser, text)?;
        opened.value.started_at = opened.started_at;
        opened.value.browser = sha256(browser);
        if opened.origin == Origin::Elsewhere {
            opened.value = opened.value.bare();
        }
        Some(opened)
    }
}

#[cfg(test)]
mod tests {
    use protocol::scope::ScopePair;
    use storage::id::UserId;

    use super::*;

    fn session() -> SignedIn {
        SignedIn {
            trail_key: None,
            session_id: SessionId::new(),
            user_id: UserId::new(),
            user_epoch: 1,
            username: "ada".to_owned(),
            name: None,
            auth_time: OffsetDateTime::UNIX_EPOCH,
            acr: protocol::Acr::Aal1,
            amr: Vec::new(),
            require_factor: false,
            expires_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_happened_for_a_request_is_dropped_with_one_call() {
        let fresh = RequestState::new(AuthorizationRequest::default(), OffsetDateTime::UNIX_EPOCH, b"");
        let used = fresh.clone().for_somebody_else().authenticated_by(&session()).chosen_by(&session());
        let used = used.asking(&session(), &ScopePairs::new());
        assert_ne!(used, fresh);
        assert_eq!(used.bare(), fresh);
    }

    #[test]
    fn the_digest_tells_every_pair_apart() {
        let of = |list: &[(&str, &str)]| {
            digest(&list.iter().map(|(resource, scope)| ScopePair::new(*resource, *scope)).collect())
        };
        let all = [of(&[]), of(&[("a", "b")]), of(&[("ab", "")]), of(&[("a", "b"), ("a", "c")]), of(&[("a", "c")])];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[index + 1..].contains(one));
        }
        assert_eq!(of(&[("x", "y"), ("a", "b")]), of(&[("a", "b"), ("x", "y")]));
    }

    #[test]
    fn a_new_sign_in_forgets_what_the_last_person_chose() {
        let state = RequestState::new(AuthorizationRequest::default(), OffsetDateTime::UNIX_EPOCH, b"");
        let (ada, bob) = (session(), session());
        let state = state.chosen_by(&ada).shown_to(&ada).for_somebody_else().authenticated_by(&bob);
        assert_eq!((state.chosen, state.other, state.shown_to), (None, false, None));
        assert_eq!(state.authenticated.map(|own| own.session), Some(bob.session_id));
    }
}
