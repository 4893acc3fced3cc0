//! What a provider says about itself (OpenID Connect Discovery 1.0 section 4), fetched and remembered.

use std::{sync::Arc, time::Duration};

use jose::Jwks;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{Problem, Told, Upstream, registration::is_loopback};
use crate::{
    Context,
    remote::{self, Freshness, Kind},
};

/// How soon a provider may be asked again. Shorter than for clients' keys: a person waits for it.
const PAUSE: Duration = Duration::from_secs(2);

pub(super) const METADATA: Kind<Metadata> =
    Kind { what: "a discovery document", accept: "application/json", pause: PAUSE, parse: Metadata::parse };
pub(super) const KEYS: Kind<Jwks> = Kind { what: "an upstream provider's JWK Set", pause: PAUSE, ..remote::JWKS };

/// The members of a discovery document that matter to us.
#[derive(Debug)]
pub(crate) struct Metadata {
    /// Its issuer; whether it is the one that was meant is asked at every use.
    pub issuer: String,
    /// Where the browser goes.
    pub authorization_endpoint: Url,
    /// Where the code is redeemed.
    pub token_endpoint: Url,
    /// Its keys.
    pub jwks_uri: Url,
    /// Where more is told.
    pub userinfo_endpoint: Option<Url>,
    /// Whether its answers name it (RFC 9207 section 3).
    pub names_itself: bool,
    /// Whether its ID tokens say when somebody signed in there.
    pub tells_auth_time: bool,
    /// The algorithms of client assertions that it takes; `None`: not said.
    pub assertion_algorithms: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Raw {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    token_endpoint_auth_signing_alg_values_supported: Option<Vec<String>>,
    #[serde(default)]
    claims_supported: Vec<String>,
}

impl Metadata {
    fn parse(document: &Value) -> Result<Self, String> {
        let raw = Raw::deserialize(document).map_err(|error| error.to_string())?;
        Ok(Self {
            authorization_endpoint: endpoint("authorization_endpoint", &raw.authorization_endpoint)?,
            token_endpoint: endpoint("token_endpoint", &raw.token_endpoint)?,
            jwks_uri: endpoint("jwks_uri", &raw.jwks_uri)?,
            userinfo_endpoint: raw.userinfo_endpoint.map(|url| endpoint("userinfo_endpoint", &url)).transpose()?,
            issuer: raw.issuer,
            tells_auth_time: raw.claims_supported.iter().any(|claim| claim == "auth_time"),
            names_itself: raw.authorization_response_iss_parameter_supported,
            assertion_algorithms: raw.token_endpoint_auth_signing_alg_values_supported,
        })
    }
}

/// An endpoint: https, or on this machine. Whether its address may be reached is the outgoing client's to judge.
fn endpoint(name: &str, text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{name}: {error}"))?;
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if !secure || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{name}: not an https address"));
    }
    Ok(url)
}

/// Where the document of an issuer is (section 4.1).
fn address(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

impl Upstream {
    /// What the provider says about itself.
    pub(super) async fn metadata(&self, context: &Context) -> Result<Arc<Metadata>, Problem> {
        let found = context.upstream.metadata.get(context, &address(&self.issuer), Freshness::Cached).await?;
        let found = found.ok_or_else(|| Problem::new(Told::Unavailable, "upstream_discovery_failed", &self.issuer))?;
        // Section 4.3: exactly, so that nobody speaks for another issuer.
        if found.issuer != self.issuer {
            return Err(Problem::new(Told::NotAccepted, "upstream_issuer_differs", &found.issuer));
        }
        Ok(found)
    }

    /// The provider's keys.
    pub(super) async fn keys(
        &self,
        context: &Context,
        metadata: &Metadata,
        freshness: Freshness,
    ) -> Result<Arc<Jwks>, Problem> {
        let uri = metadata.jwks_uri.as_str();
        let found = context.upstream.keys.get(context, uri, freshness).await?;
        found.ok_or_else(|| Problem::new(Told::Unavailable, "upstream_keys_failed", uri))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({
            "issuer": "https://a.test/",
            "authorization_endpoint": "https://a.test/authorize?tenant=1",
            "token_endpoint": "https://a.test/token",
            "jwks_uri": "https://a.test/jwks",
        })
    }

    #[test]
    fn what_is_missing_has_its_default() {
        let read = Metadata::parse(&document()).expect("it is complete");
        assert!(!read.names_itself && read.userinfo_endpoint.is_none() && read.assertion_algorithms.is_none());
        assert_eq!(address("https://a.test/"), "https://a.test/.well-known/openid-configuration");
        assert_eq!(address("https://a.test/b"), "https://a.test/b/.well-known/openid-configuration");
    }

    #[test]
    fn endpoints_that_are_refused() {
        for name in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] {
            for bad in [
                "http://a.test/",
                "javascript:alert(1)",
                "https://u@a.test/",
                "https://a.test/#x",
                "/x",
                "",
                "file:///etc",
            ] {
                let mut document = document();
                document[name] = bad.into();
                assert!(Metadata::parse(&document).is_err(), "{name} {bad}");
            }
            let mut document = document();
            document[name] = "http://localhost:8080/x".into();
            assert!(Metadata::parse(&document).is_ok(), "{name}");
        }
        for missing in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"] {
            let mut document = document();
            document[missing].take();
            assert!(Metadata::parse(&document).is_err(), "{missing}");
        }
        for other in [json!([]), json!(null), json!("x")] {
            assert!(Metadata::parse(&other).is_err());
        }
    }
}
