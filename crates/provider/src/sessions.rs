//! Who is signed in: sessions of people, and the browsers' cookies that stand for them.

use std::time::Duration;

use protocol::Acr;
use storage::{
    id::{SessionId, UserId},
    sealed::sha256,
    sessions::{self, BrowserSession, SignIn},
};
use time::OffsetDateTime;
use tracing::warn;

use crate::{
    Context, Provider,
    logout::{self, Ended, Ending},
    refusal::Refusal,
    sign_in::{Person, Proven},
    trail,
};

/// How often a session's use is noted at most.
const TOUCH_INTERVAL: Duration = Duration::from_secs(60);

/// The random id in a browser's cookie. Only its hash is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CookieId(pub [u8; 16]);

impl CookieId {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(storage::sealed::random())
    }

    pub(crate) fn hash(self) -> [u8; 32] {
        sha256(&self.0)
    }
}

impl std::fmt::Debug for CookieId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CookieId")
    }
}

/// What a cookie stands for, as it was read: not judged yet.
pub type Found = BrowserSession;

/// A person who is signed in now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The session: the `sid` of ID tokens.
    pub session_id: SessionId,
    /// Who.
    pub user_id: UserId,
    /// Their epoch: a password reset ends what hangs on it.
    pub user_epoch: i32,
    /// What they sign in with.
    pub username: String,
    /// What people call them.
    pub name: Option<String>,
    /// When they last proved who they are.
    pub auth_time: OffsetDateTime,
    /// How strongly.
    pub acr: Acr,
    /// With what (RFC 8176).
    pub amr: Vec<String>,
    /// Whether they must use a second factor.
    pub require_factor: bool,
    /// When the session ends however much it is used.
    pub expires_at: OffsetDateTime,
    /// Their key in the audit trail, sealed.
    pub trail_key: Option<Vec<u8>>,
}

impl Provider {
    /// Reads what a cookie stands for: a share of a statement.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when it cannot be known.
    pub async fn find_session(&self, cookie: CookieId) -> Result<Option<Found>, Refusal> {
        self.visitors.find(cookie.hash()).await
    }

    /// Forgets a cookie. The session itself stays as it is.
    ///
    /// # Errors
    /// `Refusal::Unavailable`.
    pub async fn forget_cookie(&self, cookie: CookieId) -> Result<(), Refusal> {
        Ok(sessions::forget_cookie(&self.database, &cookie.hash()).await?)
    }
}

/// The person, if the session is live: neither ended nor expired, the person enabled and of the same epoch.
#[must_use]
pub fn judge(found: Found, now: OffsetDateTime) -> Option<SignedIn> {
    let live = found.ended_at.is_none()
        && found.expires_at > now
        && found.idle_expires_at > now
        && found.user_enabled
        && found.session_epoch == found.user_epoch;
    live.then_some(SignedIn {
        session_id: found.session_id,
        user_id: found.user_id,
        user_epoch: found.user_epoch,
        username: found.username,
        name: found.name,
        auth_time: found.auth_time,
        // What this version does not know says nothing.
        acr: Acr::parse(&found.acr).unwrap_or_default(),
        amr: found.amr,
        require_factor: found.require_factor,
        expires_at: found.expires_at,
        trail_key: found.trail_key,
    })
}

impl Context {
    /// The person, if the session is live; notes at most once a minute that it was used.
    pub async fn signed_in(&self, found: Found) -> Option<SignedIn> {
        let last_seen_at = found.last_seen_at;
        let signed_in = judge(found, self.now)?;
        let unless_since = self.now - TOUCH_INTERVAL;
        if last_seen_at <= unless_since {
            let idle_expires_at = self.now + self.settings.lifetimes.session_idle;
            let session = signed_in.session_id;
            let noted = sessions::touch(&self.database, session, self.now, unless_since, idle_expires_at).await;
            if let Err(error) = noted {
                warn!(%error, "the use of a session could not be noted");
            }
        }
        Some(signed_in)
    }
}

/// In which browser somebody signs in.
#[derive(Clone, Debug)]
pub struct Arrival<'a> {
    /// Who is signed in there until now.
    pub previous: Option<&'a SignedIn>,
    /// The session that the same sign-in opened a moment ago, when its form was sent twice.
    pub twin: Option<SessionId>,
    /// The cookie that it has until now: it is forgotten.
    pub old_cookie: Option<CookieId>,
    /// The cookie that it gets.
    pub new_cookie: CookieId,
}

/// Signs a person in, in one transaction: their own live session is renewed, another person's in that browser is
/// ended, and the browser's cookie changes either way. The caller knows that what was proven is enough.
///
/// `None` when it does not count any more: the person was disabled, or the password reset, meanwhile.
///
/// # Errors
/// `Refusal::Unavailable`: nobody was signed in or out.
pub async fn establish(
    context: &Context,
    (proven, person): (&Proven, &Person),
    arrival: &Arrival<'_>,
) -> Result<Option<SignedIn>, Refusal> {
    let sign_in = sign_in(context, proven);
    let mut tx = context.database.begin().await?;
    let previous = arrival.previous.filter(|previous| previous.user_id == proven.user_id);
    let own = arrival.twin.or(previous.map(|previous| previous.session_id));
    let renewed = match own {
        Some(own) => sessions::renew(&mut tx, own, &sign_in).await?,
        None => false,
    };
    let session_id = own.filter(|_| renewed).unwrap_or_else(SessionId::new);
    let mut ended = Ended::Before;
    if let Some(previous) = arrival.previous.filter(|previous| previous.session_id != session_id) {
        ended = logout::end_session(context, &mut tx, previous.session_id, Ending::Replaced).await?;
    }
    if !renewed && !sessions::open(&mut tx, session_id, &sign_in).await? {
        return Ok(None);
    }
    if let Some(cookie) = arrival.old_cookie {
        sessions::unbind(&mut tx, &cookie.hash()).await?;
    }
    let hash = arrival.new_cookie.hash();
    sessions::bind(&mut tx, &hash, session_id, context.now, sign_in.expires_at).await?;
    let trail_key = match &person.trail_key {
        Some(key) => Some(key.clone()),
        None => trail::key(&context.sealing, &mut tx, proven.user_id).await?,
    };
    let event = (if renewed { "session.renewed" } else { "session.opened" }, "ok");
    let mut entry = context.entry_of(event, (proven.user_id, trail_key.as_deref()))?;
    entry.session_id = Some(session_id.uuid());
    entry.detail = Some(serde_json::json!({ "acr": proven.acr, "amr": proven.amr }));
    storage::journal::append(&mut tx, &entry).await?;
    tx.commit().await?;
    logout::follow_up(context, ended);
    Ok(Some(SignedIn {
        session_id,
        user_id: proven.user_id,
        user_epoch: proven.user_epoch,
        username: person.username.clone(),
        name: person.name.clone(),
        auth_time: proven.at,
        acr: proven.acr,
        amr: proven.amr.clone(),
        require_factor: person.require_factor,
        expires_at: sign_in.expires_at,
        trail_key,
    }))
}

fn sign_in(context: &Context, proven: &Proven) -> SignIn {
    let lifetimes = &context.settings.lifetimes;
    SignIn {
        user_id: proven.user_id,
        user_epoch: proven.user_epoch,
        auth_time: proven.at,
        at: context.now,
        acr: proven.acr.as_str(),
        amr: proven.amr.clone(),
        address: context.request.address,
        user_agent: context.request.user_agent.clone(),
        idle_expires_at: context.now + lifetimes.session_idle.min(lifetimes.session_absolute),
        expires_at: context.now + lifetimes.session_absolute,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(now: OffsetDateTime) -> Found {
        Found {
            session_id: SessionId::new(),
            user_id: UserId::new(),
            session_epoch: 1,
            user_epoch: 1,
            user_enabled: true,
            require_factor: false,
            username: "ada".to_owned(),
            name: None,
            auth_time: now,
            acr: "aal1".to_owned(),
            amr: vec!["pwd".to_owned()],
            last_seen_at: now,
            idle_expires_at: now + Duration::from_secs(10),
            expires_at: now + Duration::from_secs(20),
            ended_at: None,
            trail_key: Some(vec![1, 2, 255]),
        }
    }

    #[test]
    fn every_condition_of_a_live_session_counts() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        assert!(judge(found(now), now).is_some());
        let dead: &[fn(&mut Found, OffsetDateTime)] = &[
            |found, now| found.ended_at = Some(now),
            |found, now| found.expires_at = now,
            |found, now| found.idle_expires_at = now,
            |found, _| found.user_enabled = false,
            |found, _| found.user_epoch = 2,
        ];
        for (index, change) in dead.iter().enumerate() {
            let mut found = found(now);
            change(&mut found, now);
            assert!(judge(found, now).is_none(), "condition {index}");
        }
    }

    #[test]
    fn what_was_read_survives_the_session_store() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::from_micros(1_000_000_123_456);
        let json = serde_json::to_value(found(now)).expect("it has a JSON form");
        let back: Found = serde_json::from_value(json).expect("it is read back");
        assert_eq!(back.trail_key, found(now).trail_key);
        assert_eq!(judge(back, now).map(|signed_in| signed_in.auth_time), Some(now));
    }
}
