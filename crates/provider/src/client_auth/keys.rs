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

/// How long fetched keys are used.
const MAX_AGE: Duration = Duration::from_secs(300);
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

/// A fetch, and when it was begun. No keys: it failed.
#[derive(Clone, Debug)]
struct Fetched {
    keys: Option<Arc<Jwks>>,
    at: OffsetDateTime,
}

/// What was fetched, by URL.
#[derive(Debug)]
pub struct ClientKeys {
    fetched: Cache<String, Fetched>,
}

impl Default for ClientKeys {
    fn default() -> Self {
        Self { fetched: Cache::builder().max_capacity(CAPACITY).time_to_live(MAX_AGE).build() }
    }
}

impl ClientKeys {
    /// The keys of a client.
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
        let found = self.fetch(context, uri, freshness).await;
        found.keys.ok_or_else(|| refused("client_keys_unreachable"))
    }

    /// Many requests for one URL make one fetch.
    async fn fetch(&self, context: &Context, uri: &str, freshness: Freshness) -> Fetched {
        if let Some(found) = self.fetched.get(uri).await {
            let wanted = found.keys.is_none() || freshness == Freshness::Newer;
            if !wanted || context.now - found.at < PAUSE {
                return found;
            }
            // Those who come in the meantime wait for the new ones.
            self.fetched.invalidate(uri).await;
        }
        self.fetched
            .get_with_by_ref(uri, async {
                let keys = get(context, uri).await;
                Fetched { keys: keys.map(Arc::new), at: context.now }
            })
            .await
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

    use super::*;

    #[test]
    fn keys_of_other_shapes_are_left_out() {
        let set = json!({ "keys": [{ "kty": "EC", "kid": "a" }, { "kid": 1 }, "x", { "kty": "oct", "k": "x" }] });
        let kids: Vec<_> = parse(&set).keys.into_iter().map(|key| key.kid).collect();
        assert_eq!(kids.first(), Some(&Some("a".to_owned())));
        assert!(parse(&json!([])).keys.is_empty());
        assert!(parse(&json!({ "keys": {} })).keys.is_empty());
    }
}
