//! The sessions of the demo: in memory, bounded in number and age, one random cookie each.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Map, Value};

use crate::{logout_token::Ended, relying_party::Tokens};

const MAX_SESSIONS: usize = 2000;
/// Seconds without a request after which a session is forgotten.
const IDLE: i64 = 8 * 3600;
/// Sign-ins that one browser may have under way: one for each tab.
const MAX_PENDING: usize = 8;
/// Ended sessions of the issuer that are remembered, for sign-ins that are just coming back.
const MAX_ENDED: usize = 1000;

/// A problem to be shown beside the step that it concerns.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) title: String,
    pub(crate) text: String,
}

/// Something to say once, at the top of the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    Denied,
    SignedOut,
    SignedOutHereOnly,
    SignedOutByIssuer,
    UnexpectedSignOut,
}

/// A sign-in that is under way.
#[derive(Clone)]
pub(crate) struct Pending {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    /// The authorization request, for reading.
    pub(crate) shown: String,
}

/// Which of the two access tokens is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holder {
    /// The one that the app got when the person signed in.
    App,
    /// The one that the Demo API got in exchange for it.
    DemoApi,
}

/// A call that a reader can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    ReadThings,
    WriteThings,
    /// Needs a second factor.
    ClearThings,
    ReadReport,
    PublishReport,
}

/// What an API answered.
#[derive(Clone, Debug)]
pub(crate) struct CallReport {
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) challenge: Option<String>,
    pub(crate) body: String,
}

/// What the exchange brought.
#[derive(Clone, Debug)]
pub(crate) struct Delegation {
    pub(crate) token: String,
    pub(crate) report: String,
    pub(crate) exchange: String,
}

/// A person who is signed in, and what the steps have shown so far.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) tokens: Tokens,
    pub(crate) nonce: String,
    /// The session at the issuer.
    pub(crate) sid: Option<String>,
    pub(crate) userinfo: Result<Map<String, Value>, Problem>,
    /// The requests of the sign-in, for reading.
    pub(crate) shown: Vec<String>,
    /// The access token before the last refresh, or why there was no refresh.
    pub(crate) refreshed: Option<Result<Tokens, Problem>>,
    pub(crate) delegation: Option<Result<Delegation, Problem>>,
    pub(crate) calls: BTreeMap<(Holder, Call), CallReport>,
    pub(crate) latest_call: Option<(Holder, Call)>,
    pub(crate) introspected: BTreeMap<Holder, Result<Map<String, Value>, Problem>>,
    pub(crate) revoked: Option<Result<(), Problem>>,
}

/// What one browser has with the demo.
pub(crate) struct Session {
    /// Repeated by every form (a synchronizer token against CSRF).
    pub(crate) csrf: String,
    pub(crate) pending: VecDeque<Pending>,
    pub(crate) signed_in: Option<SignedIn>,
    pub(crate) logout_state: Option<String>,
    pub(crate) notice: Option<Notice>,
    last_seen: i64,
}

#[derive(Default)]
struct Inner {
    sessions: HashMap<String, Session>,
    ended: VecDeque<String>,
}

/// All sessions, by cookie.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<Inner>);

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the session with this cookie, if there is one.
    pub(crate) fn with<T>(&self, id: &str, now: i64, change: impl FnOnce(&mut Session) -> T) -> Option<T> {
        let mut inner = self.lock();
        let session = inner.sessions.get_mut(id)?;
        if session.last_seen + IDLE < now {
            inner.sessions.remove(id);
            return None;
        }
        session.last_seen = now;
        Some(change(session))
    }

    /// Changes what the steps have shown, unless the person was signed out in the meantime.
    pub(crate) fn with_signed_in<T>(&self, id: &str, now: i64, change: impl FnOnce(&mut SignedIn) -> T) -> Option<T> {
        self.with(id, now, |session| session.signed_in.as_mut().map(change)).flatten()
    }

    /// Remembers a sign-in that is under way. Returns the cookie to set.
    pub(crate) fn begin(&self, id: Option<&str>, now: i64, pending: Pending) -> String {
        let id = match id {
            Some(id) if self.with(id, now, |_| ()).is_some() => id.to_owned(),
            _ => self.create(now),
        };
        self.with(&id, now, |session| {
            if session.pending.len() >= MAX_PENDING {
                session.pending.pop_front();
            }
            session.pending.push_back(pending);
        });
        id
    }

    fn create(&self, now: i64) -> String {
        let id = random();
        let session = Session {
            csrf: random(),
            pending: VecDeque::new(),
            signed_in: None,
            logout_state: None,
            notice: None,
            last_seen: now,
        };
        let mut inner = self.lock();
        if inner.sessions.len() >= MAX_SESSIONS {
            inner.sessions.retain(|_, session| session.last_seen + IDLE >= now);
        }
        if inner.sessions.len() >= MAX_SESSIONS {
            let oldest = inner.sessions.iter().min_by_key(|(_, session)| session.last_seen);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                inner.sessions.remove(&oldest);
            }
        }
        inner.sessions.insert(id.clone(), session);
        id
    }

    /// Takes a sign-in out of the session: its answer is accepted once.
    pub(crate) fn take_pending(&self, id: &str, now: i64, state: &str) -> Option<Pending> {
        self.with(id, now, |session| {
            let found = session.pending.iter().position(|it| same(&it.state, state))?;
            session.pending.remove(found)
        })
        .flatten()
    }

    /// Signs a person in, under a new cookie, which is returned. `None`: the issuer has ended
    /// that session in the meantime.
    pub(crate) fn sign_in(&self, old: &str, now: i64, signed_in: SignedIn) -> Option<String> {
        let id = self.create(now);
        let mut inner = self.lock();
        let ended = signed_in.sid.as_ref().is_some_and(|sid| inner.ended.contains(sid));
        let pending = inner.sessions.remove(old).map(|session| session.pending);
        if ended {
            inner.sessions.remove(&id);
            return None;
        }
        if let Some(session) = inner.sessions.get_mut(&id) {
            session.pending = pending.unwrap_or_default();
            session.signed_in = Some(signed_in);
        }
        Some(id)
    }

    /// Signs out here. Returns the new cookie, what was known, and the `state` for the issuer.
    pub(crate) fn sign_out(&self, old: &str, now: i64) -> Option<(String, SignedIn, String)> {
        let signed_in = self.with(old, now, |session| session.signed_in.take()).flatten()?;
        self.lock().sessions.remove(old);
        let id = self.create(now);
        let state = random();
        self.with(&id, now, |session| session.logout_state = Some(state.clone()));
        Some((id, signed_in, state))
    }

    /// The issuer says that sessions have ended. Returns how many ended here.
    pub(crate) fn end(&self, ended: &Ended) -> usize {
        let mut inner = self.lock();
        if let Ended::Session(sid) = ended {
            if inner.ended.len() >= MAX_ENDED {
                inner.ended.pop_front();
            }
            inner.ended.push_back(sid.clone());
        }
        let mut count = 0;
        for session in inner.sessions.values_mut() {
            let hit = session.signed_in.as_ref().is_some_and(|it| match ended {
                Ended::Session(sid) => it.sid.as_ref() == Some(sid),
                Ended::Subject(sub) => it.tokens.subject == *sub,
            });
            if hit {
                session.signed_in = None;
                session.notice = Some(Notice::SignedOutByIssuer);
                count += 1;
            }
        }
        count
    }
}

/// 256 random bits, as text.
pub(crate) fn random() -> String {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).expect("the operating system gives random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Compares secrets in constant time.
pub(crate) fn same(one: &str, other: &str) -> bool {
    subtle::ConstantTimeEq::ct_eq(one.as_bytes(), other.as_bytes()).into()
}
