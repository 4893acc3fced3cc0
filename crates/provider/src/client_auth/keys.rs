//! The keys of clients: registered inline, or fetched from `jwks_uri` and remembered for a few minutes.

use std::{sync::Arc, time::Duration};

use jose::Jwks;
use moka::future::Cache;
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use tracing::info;
use url::Url;

use super::refused;
use crate::{Context, refusal::Refusal, registry::Client};

/// How long fetched keys are used before they are fetched again.
const MAX_AGE: Duration = Duration::from_secs(300);
/// How long they are used while they cannot be fetched again.
const LONGEST: Duration = Duration::from_secs(3600);
/// How soon they may be fetched again, because of an unknown `kid` or a failure: whoever sends nonsense must not make
/// us a nuisance.
const PAUSE: Duration = Duration::from_secs(15);
/// How many clients' keys are remembered.
const CAPACITY: u64 = 1000;

/// How new the keys must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    /// What is remembered will do.
    Cached,
    /// Fetch again, unless that was done a moment ago.
    Newer,
}

/// What was fetched, and when that was last tried.
#[derive(Clone, Debug)]
struct Fetched {
    /// The keys, and when they were asked for. A fetch that fails leaves them as they are.
    keys: Option<(Arc<Jwks>, OffsetDateTime)>,
    tried_at: OffsetDateTime,
}

impl Fetched {
    /// The keys, unless they are too old to believe in.
    fn usable(&self, now: OffsetDateTime) -> Option<Arc<Jwks>> {
        self.keys.as_ref().filter(|(_, at)| now - *at < LONGEST).map(|(keys, _)| Arc::clone(keys))
    }

    /// Whether they should be fetched again, and may be.
    fn is_due(&self, now: OffsetDateTime, freshness: Freshness) -> bool {
        let aged = self.keys.as_ref().is_none_or(|(_, at)| now - *at >= MAX_AGE);
        (aged || freshness == Freshness::Newer) && now - self.tried_at >= PAUSE
    }

    /// After another try.
    fn tried(before: Option<&Self>, outcome: Option<Jwks>, now: OffsetDateTime) -> Self {
        let new = outcome.map(|keys| (Arc::new(keys), now));
        Self { keys: new.or_else(|| before?.keys.clone()), tried_at: now }
    }
}

/// What was fetched, by URL.
#[derive(Debug)]
pub struct ClientKeys {
    fetched: Cache<String, Fetched>,
}

impl Default for ClientKeys {
    fn default() -> Self {
        Self { fetched: Cache::builder().max_capacity(CAPACITY).time_to_live(LONGEST).build() }
    }
}

impl ClientKeys {
    /// The keys of a client.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when they are not known and cannot be fetched.
    pub(super) async fn of(
        &self,
        context: &Context,
        client: &Client,
        freshness: Freshness,
    ) -> Result<Arc<Jwks>, Refusal> {
        if let Some(inline) = &client.metadata.jwks {
            return Ok(Arc::new(parse(inline)));
        }
        let uri = client.metadata.jwks_uri.as_deref().ok_or_else(|| refused("client_has_no_keys"))?;
        let found = self.fetched.get(uri).await;
        let found = match found.filter(|found| !found.is_due(context.now, freshness)) {
            Some(found) => found,
            None => self.fetch(context, uri, freshness).await?,
        };
        let unreachable = || Refusal::unavailable(format!("the keys of client {} cannot be fetched", client.client_id));
        found.usable(context.now).ok_or_else(unreachable)
    }

    /// Many requests for one URL make one fetch, which goes on when they hang up: so that it counts.
    async fn fetch(&self, context: &Context, uri: &str, freshness: Freshness) -> Result<Fetched, Refusal> {
        let (cache, context, uri) = (self.fetched.clone(), context.clone(), uri.to_owned());
        let fetch = async move {
            let now = context.now;
            let renewed = async {
                let outcome = get(&context, &uri).await;
                Fetched::tried(cache.get(&uri).await.as_ref(), outcome, now)
            };
            let entry = cache.entry_by_ref(&uri);
            entry.or_insert_with_if(renewed, |found| found.is_due(now, freshness)).await.into_value()
        };
        tokio::spawn(fetch).await.map_err(|error| Refusal::internal(format!("fetching a client's keys: {error}")))
    }
}

async fn get(context: &Context, uri: &str) -> Option<Jwks> {
    let failed = |why: &dyn std::fmt::Display| info!(uri, why = %why, "a client's keys cannot be fetched");
    let url = Url::parse(uri).map_err(|error| failed(&error)).ok()?;
    let answer = context.outbound.get(&url, "application/jwk-set+json, application/json").await;
    let answer = answer.map_err(|error| failed(&error)).ok()?;
    if answer.status != 200 {
        failed(&format_args!("status {}", answer.status));
        return None;
    }
    let document: Value = serde_json::from_slice(&answer.body).map_err(|error| failed(&error)).ok()?;
    Some(parse(&document))
}

/// The keys of a JWK Set, without those of a shape that is not understood (RFC 7517 section 5).
fn parse(document: &Value) -> Jwks {
    let keys = document.get("keys").and_then(Value::as_array).into_iter().flatten();
    Jwks { keys: keys.filter_map(|key| jose::Jwk::deserialize(key).ok()).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_failure_leaves_what_was_known() {
        let now = datetime!(2030-01-01 00:00 UTC);
        let good = Fetched::tried(None, Some(parse(&json!({ "keys": [{ "kty": "EC", "kid": "a" }] }))), now);
        assert!(!good.is_due(now, Freshness::Newer), "not that soon");
        let later = now + PAUSE;
        assert!(good.is_due(later, Freshness::Newer) && !good.is_due(later, Freshness::Cached));
        assert!(good.is_due(now + MAX_AGE, Freshness::Cached));
        let failed = Fetched::tried(Some(&good), None, now + MAX_AGE);
        assert_eq!(failed.usable(now + MAX_AGE).map(|keys| keys.keys.len()), Some(1));
        assert!(!failed.is_due(now + MAX_AGE, Freshness::Cached), "no second try at once");
        assert!(failed.is_due(now + MAX_AGE + PAUSE, Freshness::Cached));
        assert!(failed.usable(now + LONGEST).is_none(), "they may have been withdrawn since");
        assert!(Fetched::tried(None, None, now).usable(now).is_none());
    }

    #[test]
    fn keys_of_other_shapes_are_left_out() {
        let set = json!({ "keys": [{ "kty": "EC", "kid": "a" }, { "kid": 1 }, "x", { "kty": "oct", "k": "x" }] });
        let kids: Vec<_> = parse(&set).keys.into_iter().map(|key| key.kid).collect();
        assert_eq!(kids.first(), Some(&Some("a".to_owned())));
        assert!(parse(&json!([])).keys.is_empty());
        assert!(parse(&json!({ "keys": {} })).keys.is_empty());
    }
}
