//! Reading the trail, with what is sealed of people opened where their key is still there.

use std::{collections::HashMap, net::IpAddr};

use serde::Serialize;
use serde_json::Value;
use storage::{
    audit::read::{self, Entry},
    id::UserId,
    users,
};
use time::OffsetDateTime;
use uuid::Uuid;

pub use storage::audit::read::Filter;

use crate::{Context, people::login_name, refusal::Refusal, trail::Reader};

/// Records of one page.
const PAGE: usize = 500;

/// A record, as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// Its place in the journal.
    pub id: i64,
    /// Its position in the chain; `None`: not sealed yet.
    pub seq: Option<i64>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What happened.
    pub event: String,
    /// `ok`, or the typed reason of a refusal.
    pub outcome: String,
    /// The person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Uuid>,
    /// The client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The root of what was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<Uuid>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Uuid>,
    /// The token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<Uuid>,
    /// The HTTP request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Uuid>,
    /// Where it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// With which browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// What else is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Value>,
    /// Where and with what they were is sealed, and the person is gone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unreadable: bool,
}

/// What fits, the newest first; the most is `limit`.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn run(context: &Context, filter: &Filter, limit: usize) -> Result<Vec<Shown>, Refusal> {
    let mut filter = filter.clone();
    let mut openers = Openers::default();
    let mut shown: Vec<Shown> = Vec::new();
    while shown.len() < limit {
        let wanted = PAGE.min(limit - shown.len());
        let page = read::list(&context.database, &filter, i64::try_from(wanted).unwrap_or(i64::MAX)).await?;
        let last = page.len() < wanted;
        filter.before = page.last().map(|last| (last.at, last.id));
        shown.extend(openers.show(context, page).await?);
        if last {
            break;
        }
    }
    Ok(shown)
}

/// The person whom an id or a login name means.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn person(context: &Context, text: &str) -> Result<Option<Uuid>, Refusal> {
    if let Ok(id) = Uuid::parse_str(text) {
        return Ok(Some(id)); // Also of somebody who is gone.
    }
    let Some(name) = login_name::normalize(text) else { return Ok(None) };
    let found = users::by_login_names(&context.database, &[name]).await?;
    Ok(found.first().map(|(_, user)| user.uuid()))
}

/// The keys of people who came up.
#[derive(Debug, Default)]
pub(super) struct Openers(HashMap<Uuid, Option<Reader>>);

impl Openers {
    /// Learns the keys of those who are not known yet.
    pub(super) async fn learn(&mut self, context: &Context, users: impl Iterator<Item = Uuid>) -> Result<(), Refusal> {
        let mut new: Vec<Uuid> = users.filter(|user| !self.0.contains_key(user)).collect();
        new.sort_unstable();
        new.dedup();
        if new.is_empty() {
            return Ok(());
        }
        self.0.extend(new.iter().map(|user| (*user, None)));
        for (user, key) in read::keys_of(&context.database, &new).await? {
            let reader = Reader::new(context, UserId(user), Some(&key))?;
            self.0.insert(user, Some(reader));
        }
        Ok(())
    }

    /// What is sealed of a person in an entry: their address and browser. `None`: it does not open.
    pub(super) fn open(
        &self,
        user: Option<Uuid>,
        (event, sealed, id): (&str, &[u8], i64),
    ) -> Option<(Option<IpAddr>, Option<String>)> {
        let personal = self.0.get(&user?)?.as_ref()?.open(event, sealed, id)?;
        Some((personal.address, personal.user_agent))
    }

    pub(super) async fn show(&mut self, context: &Context, page: Vec<Entry>) -> Result<Vec<Shown>, Refusal> {
        let told = page.iter().filter(|entry| entry.personal.is_some());
        self.learn(context, told.filter_map(|entry| entry.user_id)).await?;
        Ok(page.into_iter().map(|entry| self.one(entry)).collect())
    }

    fn one(&self, entry: Entry) -> Shown {
        let sealed = entry.personal.as_deref();
        let opened = sealed.and_then(|sealed| self.open(entry.user_id, (&entry.event, sealed, entry.id)));
        let unreadable = sealed.is_some() && opened.is_none();
        let (address, user_agent) = opened.unwrap_or_default();
        Shown {
            id: entry.id,
            seq: entry.seq,
            at: entry.at,
            event: entry.event,
            outcome: entry.outcome,
            user_id: entry.user_id,
            client_id: entry.client_id,
            grant_id: entry.grant_id,
            session_id: entry.session_id,
            jti: entry.jti,
            request_id: entry.request_id,
            address: address.or_else(|| entry.address.and_then(|address| address.parse().ok())),
            user_agent,
            detail: entry.detail,
            unreadable,
        }
    }
}
