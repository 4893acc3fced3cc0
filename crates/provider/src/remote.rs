//! Documents of others that are fetched and remembered for a few minutes: JWK Sets, discovery documents.
//!
//! Bounded in number and in age. Many requests for one document make one fetch; a failure leaves what was known, for
//! a while; and whoever sends nonsense cannot make us a nuisance to the one who is asked.

use std::{sync::Arc, time::Duration};

use jose::Jwks;
use moka::future::Cache;
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use tracing::info;
use url::Url;

use crate::{Context, refusal::Refusal};

/// How long a document is used before it is fetched again.
const MAX_AGE: Duration = Duration::from_secs(300);
/// How long it is used while it cannot be fetched again.
const LONGEST: Duration = Duration::from_secs(3600);
/// How many documents are remembered.
const CAPACITY: u64 = 1000;

/// How new a document must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// What is remembered will do.
    Cached,
    /// Fetch again, unless that was done a moment ago.
    Newer,
}

/// What a kind of document is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind<T> {
    /// What logs call it.
    pub what: &'static str,
    /// What is asked for.
    pub accept: &'static str,
    /// How soon it may be fetched again, because it is not good enough or could not be had.
    pub pause: Duration,
    /// Reads it.
    pub parse: fn(&Value) -> Result<T, String>,
}

/// A JWK Set (RFC 7517 section 5).
pub(crate) const JWKS: Kind<Jwks> = Kind {
    what: "a JWK Set",
    accept: "application/jwk-set+json, application/json",
    pause: Duration::from_secs(15),
    parse: |document| Ok(parse_jwks(document)),
};

/// What was fetched, and when that was last tried.
#[derive(Debug)]
struct Fetched<T> {
    /// The document, and when it was asked for. A fetch that fails leaves it as it is.
    found: Option<(Arc<T>, OffsetDateTime)>,
    tried_at: OffsetDateTime,
}

impl<T> Clone for Fetched<T> {
    fn clone(&self) -> Self {
        Self { found: self.found.clone(), tried_at: self.tried_at }
    }
}

impl<T> Fetched<T> {
    /// The document, unless it is too old to believe in.
    fn usable(&self, now: OffsetDateTime) -> Option<Arc<T>> {
        self.found.as_ref().filter(|(_, at)| now - *at < LONGEST).map(|(found, _)| Arc::clone(found))
    }

    /// Whether it should be fetched again, and may be.
    fn is_due(&self, now: OffsetDateTime, freshness: Freshness, pause: Duration) -> bool {
        let aged = self.found.as_ref().is_none_or(|(_, at)| now - *at >= MAX_AGE);
        (aged || freshness == Freshness::Newer) && now - self.tried_at >= pause
    }

    /// After another try.
    fn tried(before: Option<&Self>, outcome: Option<T>, now: OffsetDateTime) -> Self {
        let new = outcome.map(|found| (Arc::new(found), now));
        Self { found: new.or_else(|| before?.found.clone()), tried_at: now }
    }
}

/// Documents of one kind, by URL.
#[derive(Debug)]
pub(crate) struct Remote<T: Send + Sync + 'static> {
    kind: Kind<T>,
    fetched: Cache<String, Fetched<T>>,
}

impl<T: Send + Sync + 'static> Remote<T> {
    pub(crate) fn new(kind: Kind<T>) -> Self {
        Self { kind, fetched: Cache::builder().max_capacity(CAPACITY).time_to_live(LONGEST).build() }
    }

    /// The document at `uri`; `None` when it is not known and cannot be had.
    ///
    /// # Errors
    /// `Refusal::Internal`.
    pub(crate) async fn get(
        &self,
        context: &Context,
        uri: &str,
        freshness: Freshness,
    ) -> Result<Option<Arc<T>>, Refusal> {
        let found = self.fetched.get(uri).await;
        let found = match found.filter(|found| !found.is_due(context.now, freshness, self.kind.pause)) {
            Some(found) => found,
            None => self.fetch(context, uri, freshness).await?,
        };
        Ok(found.usable(context.now))
    }

    /// Many requests for one URL make one fetch, which goes on when they hang up: so that it counts.
    async fn fetch(&self, context: &Context, uri: &str, freshness: Freshness) -> Result<Fetched<T>, Refusal> {
        let (cache, context, uri) = (self.fetched.clone(), context.clone(), uri.to_owned());
        let Kind { what, accept, pause, parse } = self.kind;
        let fetch = async move {
            let now = context.now;
            let renewed = async {
                let outcome = read(&context, &uri, accept, parse).await;
                let outcome = outcome.map_err(|why| info!(uri, why, "{what} cannot be fetched")).ok();
                Fetched::tried(cache.get(&uri).await.as_ref(), outcome, now)
            };
            let entry = cache.entry_by_ref(&uri);
            entry.or_insert_with_if(renewed, |found| found.is_due(now, freshness, pause)).await.into_value()
        };
        tokio::spawn(fetch).await.map_err(|error| Refusal::internal(format!("fetching {what}: {error}")))
    }
}

async fn read<T>(
    context: &Context,
    uri: &str,
    accept: &'static str,
    parse: fn(&Value) -> Result<T, String>,
) -> Result<T, String> {
    let url = Url::parse(uri).map_err(|error| error.to_string())?;
    let answer = context.outbound.get(&url, accept).await.map_err(|error| error.to_string())?;
    if answer.status != 200 {
        return Err(format!("status {}", answer.status));
    }
    let document: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
    parse(&document)
}

/// The keys of a JWK Set, without those of a shape that is not understood (RFC 7517 section 5).
pub(crate) fn parse_jwks(document: &Value) -> Jwks {
    let keys = document.get("keys").and_then(Value::as_array).into_iter().flatten();
    Jwks { keys: keys.filter_map(|key| jose::Jwk::deserialize(key).ok()).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    const PAUSE: Duration = JWKS.pause;

    #[test]
    fn a_failure_leaves_what_was_known() {
        let now = datetime!(2030-01-01 00:00 UTC);
        let good = Fetched::tried(None, Some(parse_jwks(&json!({ "keys": [{ "kty": "EC", "kid": "a" }] }))), now);
        assert!(!good.is_due(now, Freshness::Newer, PAUSE), "not that soon");
        let later = now + PAUSE;
        assert!(good.is_due(later, Freshness::Newer, PAUSE) && !good.is_due(later, Freshness::Cached, PAUSE));
        assert!(good.is_due(now + MAX_AGE, Freshness::Cached, PAUSE));
        let failed = Fetched::tried(Some(&good), None, now + MAX_AGE);
        assert_eq!(failed.usable(now + MAX_AGE).map(|keys| keys.keys.len()), Some(1));
        assert!(!failed.is_due(now + MAX_AGE, Freshness::Cached, PAUSE), "no second try at once");
        assert!(failed.is_due(now + MAX_AGE + PAUSE, Freshness::Cached, PAUSE));
        assert!(failed.usable(now + LONGEST).is_none(), "they may have been withdrawn since");
        assert!(Fetched::<Jwks>::tried(None, None, now).usable(now).is_none());
    }

    #[test]
    fn keys_of_other_shapes_are_left_out() {
        let set = json!({ "keys": [{ "kty": "EC", "kid": "a" }, { "kid": 1 }, "x", { "kty": "oct", "k": "x" }] });
        let kids: Vec<_> = parse_jwks(&set).keys.into_iter().map(|key| key.kid).collect();
        assert_eq!(kids.first(), Some(&Some("a".to_owned())));
        assert!(parse_jwks(&json!([])).keys.is_empty());
        assert!(parse_jwks(&json!({ "keys": {} })).keys.is_empty());
    }
}
