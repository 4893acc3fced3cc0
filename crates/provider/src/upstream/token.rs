//! Redeeming the code (RFC 6749 section 4.1.3), and asking userinfo (OpenID Connect Core section 5.3).

use base64::{Engine, engine::general_purpose::STANDARD};
use jose::Algorithm;
use outbound::{Answer, OutboundError};
use protocol::{client_metadata::AuthMethod, form};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Map, Value};
use storage::id::TokenId;
use tracing::warn;
use url::Url;

use super::{Problem, Told, Upstream, discovery::Metadata, trip};
use crate::{Context, refusal::Refusal};

/// How long our assertions live, in seconds.
const ASSERTION_LIFETIME: i64 = 60;
/// RFC 7523 section 2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// What we sign assertions with: the first that the provider takes.
const ASSERTION_ALGORITHMS: [Algorithm; 3] = [Algorithm::ES256, Algorithm::RS256, Algorithm::EdDSA];

/// What the provider gave for a code. Nothing of it is kept.
pub(super) struct Tokens {
    pub id_token: String,
    pub access_token: Option<String>,
}

/// Redeems a code. It is spent there, whatever comes of it.
pub(super) async fn redeem(
    context: &Context,
    upstream: &Upstream,
    metadata: &Metadata,
    (code, verifier): (&str, &str),
) -> Result<Tokens, Problem> {
    let redirect_uri = trip::redirect_uri(context, upstream);
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", verifier),
    ];
    let secret = upstream.secret.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default();
    let mut authorization = None;
    let assertion;
    match upstream.auth {
        AuthMethod::ClientSecretBasic => {
            let encode = |text: &str| form_encoded(text);
            let pair = format!("{}:{}", encode(&upstream.client_id), encode(secret));
            authorization = Some(format!("Basic {}", STANDARD.encode(pair)));
        }
        AuthMethod::ClientSecretPost => {
            fields.extend([("client_id", upstream.client_id.as_str()), ("client_secret", secret)]);
        }
        AuthMethod::PrivateKeyJwt => {
            assertion = self::assertion(context, upstream, metadata).await?;
            fields.extend([
                ("client_id", upstream.client_id.as_str()),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", &assertion),
            ]);
        }
        AuthMethod::None => fields.push(("client_id", &upstream.client_id)),
    }
    let endpoint = &metadata.token_endpoint;
    let answer = context.outbound.post_form_authorized(endpoint, &fields, authorization.as_deref()).await;
    let answer = answer.map_err(unreachable)?;
    let document = object(&answer);
    if answer.status != 200 {
        return Err(refused(upstream, &answer, document.as_ref()));
    }
    let text = |name: &str| document.as_ref()?.get(name)?.as_str().map(str::to_owned);
    let id_token = text("id_token")
        .ok_or_else(|| Problem::new(Told::NotAccepted, "upstream_no_id_token", "the answer holds no ID token"))?;
    Ok(Tokens { id_token, access_token: text("access_token") })
}

/// RFC 6749 section 2.3.1.
fn form_encoded(text: &str) -> String {
    form::encode([("", text)]).trim_start_matches('=').to_owned()
}

fn object(answer: &Answer) -> Option<Map<String, Value>> {
    serde_json::from_slice(&answer.body).ok()
}

/// RFC 7523 section 2.2, signed with a key of our own JWK Set. The audience is the issuer, which no other server
/// shares (draft-ietf-oauth-rfc7523bis).
async fn assertion(context: &Context, upstream: &Upstream, metadata: &Metadata) -> Result<String, Problem> {
    #[derive(Serialize)]
    struct Claims<'a> {
        iss: &'a str,
        sub: &'a str,
        aud: &'a str,
        jti: TokenId,
        iat: i64,
        exp: i64,
    }
    let now = context.now.unix_timestamp();
    let claims = Claims {
        iss: &upstream.client_id,
        sub: &upstream.client_id,
        aud: &upstream.issuer,
        jti: TokenId::new(),
        iat: now,
        exp: now + ASSERTION_LIFETIME,
    };
    let taken = |algorithm: &Algorithm| match &metadata.assertion_algorithms {
        Some(named) => named.iter().any(|name| name.parse() == Ok(*algorithm)),
        None => true,
    };
    let algorithm = ASSERTION_ALGORITHMS.into_iter().find(taken);
    let algorithm = algorithm
        .ok_or_else(|| Problem::new(Told::NotAccepted, "upstream_no_common_algorithm", "for client assertions"))?;
    let key = context.keys.signing(algorithm, context.now)?;
    let signed = key.sign_jwt("client-authentication+jwt", &claims).await;
    Ok(signed.map_err(|error| Refusal::internal(format!("a client assertion cannot be signed: {error}")))?)
}

fn unreachable(error: OutboundError) -> Problem {
    let reason = match &error {
        OutboundError::Refused(_) => "upstream_address_refused",
        OutboundError::TimedOut => "upstream_slow",
        OutboundError::TooLarge => "upstream_answer_too_large",
        OutboundError::Unreachable(_) => "upstream_unreachable",
    };
    Problem::new(Told::Unavailable, reason, error)
}

/// RFC 6749 section 5.2.
fn refused(upstream: &Upstream, answer: &Answer, document: Option<&Map<String, Value>>) -> Problem {
    let error = document.and_then(|document| document.get("error")).and_then(Value::as_str).unwrap_or_default();
    let detail = format_args!("status {}, error {error:?}", answer.status);
    match (answer.status, error) {
        // It was redeemed before, or is too old: signing in again may help.
        (_, "invalid_grant") => Problem::new(Told::Expired, "upstream_invalid_grant", detail),
        (_, "invalid_client" | "unauthorized_client") => {
            warn!(upstream = upstream.slug, "an upstream provider does not accept our credentials");
            Problem::new(Told::NotAccepted, "upstream_invalid_client", detail)
        }
        (429 | 500.., _) => Problem::new(Told::Unavailable, "upstream_failed", detail),
        (300..400, _) => Problem::new(Told::NotAccepted, "upstream_redirects", detail),
        _ => Problem::new(Told::NotAccepted, "upstream_refused", detail),
    }
}

/// What userinfo says about somebody.
pub(super) async fn userinfo(
    context: &Context,
    endpoint: &Url,
    (access_token, subject): (&str, &str),
) -> Result<Map<String, Value>, Problem> {
    let bearer = format!("Bearer {access_token}");
    let answer = context.outbound.get_authorized(endpoint, "application/json", &bearer).await.map_err(unreachable)?;
    let claims = object(&answer).filter(|_| answer.status == 200);
    let claims = claims.ok_or_else(|| {
        let detail = format_args!("status {}, {:?}", answer.status, answer.content_type);
        Problem::new(Told::Unavailable, "upstream_userinfo_failed", detail)
    })?;
    // Section 5.3.2: it must be about the same person.
    if claims.get("sub").and_then(Value::as_str) != Some(subject) {
        return Err(Problem::new(Told::NotAccepted, "upstream_userinfo_subject", "it is about somebody else"));
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_form_encoded() {
        assert_eq!(form_encoded("a b:c+é"), "a+b%3Ac%2B%C3%A9");
        assert_eq!(form_encoded("=x"), "%3Dx");
    }
}
