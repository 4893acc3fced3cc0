//! The issuer's public keys, fetched from one URL and kept for a while.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use axum::http::header::CACHE_CONTROL;
use openidconnect::{
    HttpResponse, JsonWebKey, JsonWebKeyUse,
    core::{CoreJsonWebKey, CoreJsonWebKeySet},
};
use tokio::sync::Mutex;

use crate::{
    http::Http,
    jwt::{Jwt, JwtError},
};

/// Keys are asked for again after this, whatever the issuer allows.
const MAX_AGE: Duration = Duration::from_secs(300);
/// Tokens with invented key ids must not make us a hammer on the issuer.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// Why a token could not be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VerifyError {
    /// The token is to blame.
    Token(JwtError),
    /// The keys could not be fetched, and none are kept.
    KeysUnavailable,
}

impl From<JwtError> for VerifyError {
    fn from(error: JwtError) -> Self {
        Self::Token(error)
    }
}

struct Kept {
    keys: HashMap<String, CoreJsonWebKey>,
    fetched: Instant,
    max_age: Duration,
}

/// A JWKS that is fetched when first needed, when too old, and when a token names an unknown key.
pub(crate) struct Jwks {
    url: String,
    http: Http,
    /// Tests shorten it.
    pub(crate) min_interval: Duration,
    kept: Mutex<Option<Kept>>,
}

impl Jwks {
    pub(crate) fn new(url: String, http: Http) -> Self {
        let kept = Mutex::new(None);
        Self { url, http, min_interval: MIN_INTERVAL, kept }
    }

    /// Takes `token` apart and checks that the issuer signed it as a token of this `kind`
    /// (its `typ`). Its claims are the caller's to judge.
    pub(crate) async fn verify(&self, token: &str, kind: &str) -> Result<Jwt, VerifyError> {
        let jwt = Jwt::parse(token)?;
        let algorithm = jwt.check_header(kind)?;
        let key = self.key(jwt.key_id().ok_or(JwtError::UnknownKey)?).await?;
        jwt.verify(&algorithm, &key)?;
        Ok(jwt)
    }

    /// Fetching happens under the lock, so that many callers make one request.
    async fn key(&self, id: &str) -> Result<CoreJsonWebKey, VerifyError> {
        let mut kept = self.kept.lock().await;
        if let Some(known) = kept.as_ref() {
            let age = known.fetched.elapsed();
            match known.keys.get(id) {
                Some(key) if age < known.max_age => return Ok(key.clone()),
                None if age < self.min_interval => return Err(JwtError::UnknownKey.into()),
                _ => {}
            }
        }
        let fresh = self.fetch().await?;
        let key = fresh.keys.get(id).cloned();
        *kept = Some(fresh);
        key.ok_or_else(|| JwtError::UnknownKey.into())
    }

    async fn fetch(&self) -> Result<Kept, VerifyError> {
        let request = self.http.request(reqwest::Method::GET, &self.url);
        let response = self.http.send(request).await.map_err(|error| {
            tracing::warn!(url = self.url, %error, "could not fetch the issuer's keys");
            VerifyError::KeysUnavailable
        })?;
        if !response.status().is_success() {
            tracing::warn!(url = self.url, status = %response.status(), "no keys in the answer");
            return Err(VerifyError::KeysUnavailable);
        }
        let set: CoreJsonWebKeySet = serde_json::from_slice(response.body()).map_err(|error| {
            tracing::warn!(url = self.url, %error, "could not read the issuer's keys");
            VerifyError::KeysUnavailable
        })?;
        let keys = set
            .keys()
            .iter()
            .filter(|key| key.key_use().is_none_or(JsonWebKeyUse::allows_signature))
            .filter_map(|key| Some((key.key_id()?.as_str().to_owned(), key.clone())))
            .collect();
        Ok(Kept { keys, fetched: Instant::now(), max_age: max_age(&response) })
    }
}

fn max_age(response: &HttpResponse) -> Duration {
    let directives = response.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok());
    directives
        .into_iter()
        .flat_map(|value| value.split(','))
        .find_map(|directive| directive.trim().strip_prefix("max-age=")?.parse().ok())
        .map_or(MAX_AGE, |seconds| Duration::from_secs(seconds).min(MAX_AGE))
}
