//! What travels with a request: the provider, the one reading of the clock, and who is calling from where.

use std::{net::IpAddr, ops::Deref, sync::Arc};

use messages::Locale;
use storage::{id::RequestId, journal::Entry};
use time::OffsetDateTime;

use crate::{Provider, refusal::Refusal};

/// Where a request came from.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// Its name in logs, error pages and the audit trail.
    pub id: RequestId,
    /// The caller's address, believed only from configured proxies.
    pub address: Option<IpAddr>,
    /// The `User-Agent`, cut to 256 characters.
    pub user_agent: Option<String>,
    /// SHA-256 of the cookie that tells browsers apart, if the browser sent it.
    pub browser: Option<[u8; 32]>,
    /// The language of its pages.
    pub language: Option<Locale>,
}

impl RequestInfo {
    /// For work that nobody asked for.
    #[must_use]
    pub fn of_nobody() -> Self {
        Self { id: RequestId::new(), address: None, user_agent: None, browser: None, language: None }
    }
}

/// The context of one request. Time is read once, here.
#[derive(Clone, Debug)]
pub struct Context {
    provider: Arc<Provider>,
    /// The one reading of the clock.
    pub now: OffsetDateTime,
    /// The registry's revision before anything was read of it: what this request decides, it decides on this.
    pub revision: i64,
    /// Where the request came from.
    pub request: RequestInfo,
}

/// The clock, as PostgreSQL would store it: in microseconds, so that what is compared later is what was stored.
pub(crate) fn now() -> OffsetDateTime {
    as_stored(OffsetDateTime::now_utc())
}

/// A time as PostgreSQL would store it.
pub(crate) fn as_stored(time: OffsetDateTime) -> OffsetDateTime {
    time.replace_nanosecond(time.nanosecond() / 1000 * 1000).unwrap_or(time)
}

impl Context {
    pub(crate) fn new(provider: Arc<Provider>, request: RequestInfo) -> Self {
        let now = now();
        let revision = provider.pulse.revision();
        Self { provider, now, revision, request }
    }

    /// The same request on what is known by now, to decide anew. The clock stays.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when nothing newer can be read.
    pub async fn renewed(&self) -> Result<Self, Refusal> {
        self.provider.take_pulse().await?;
        Ok(Self { revision: self.provider.pulse.revision(), ..self.clone() })
    }

    /// An audit entry of this request; the rest is the caller's to fill in.
    #[must_use]
    pub fn entry(&self, event: &'static str, outcome: &'static str) -> Entry {
        Entry {
            at: Some(self.now),
            event,
            outcome,
            request_id: Some(self.request.id.uuid()),
            address: self.request.address,
            ..Entry::default()
        }
    }

    /// The provider, to keep beyond this request.
    #[must_use]
    pub fn provider(&self) -> &Arc<Provider> {
        &self.provider
    }
}

impl Deref for Context {
    type Target = Provider;
    fn deref(&self) -> &Provider {
        &self.provider
    }
}
