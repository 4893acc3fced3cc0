//! `private_key_jwt` (RFC 7523 sections 2.2 and 3): an assertion signed with a key that the client registered.

use std::sync::Arc;

use jose::{Algorithm, Assertion, AssertionError, VerifyError, verify_client_assertion};
use protocol::client_metadata::{ASSERTION_ALGORITHMS, AuthMethod};
use time::{Duration, OffsetDateTime};
use tracing::debug;

use super::{TOKEN_ENDPOINT_PATH, refused};
use crate::{Context, refusal::Refusal, registry::Client, remote::Freshness};

/// Verifies the assertion and spends its `jti`.
pub(super) async fn authenticate(context: &Context, client_id: &str, jwt: &str) -> Result<Arc<Client>, Refusal> {
    let client = context.client(client_id).await?.ok_or_else(|| refused("client_unknown"))?;
    if client.metadata.token_endpoint_auth_method != AuthMethod::PrivateKeyJwt {
        return Err(refused("client_auth_method"));
    }
    let assertion = verify(context, &client, jwt).await?;
    if assertion.client_id != client.client_id {
        return Err(refused("assertion_subject"));
    }
    spend(context, &client, &assertion).await?;
    Ok(client)
}

async fn verify(context: &Context, client: &Client, jwt: &str) -> Result<Assertion, Refusal> {
    let keys = context.client_keys.of(context, client, Freshness::Cached).await?;
    match verify_with(context, client, &keys, jwt) {
        Err(AssertionError::Token(VerifyError::UnknownKey)) if client.metadata.jwks_uri.is_some() => {
            // The client may have rotated its keys: look once more.
            let keys = context.client_keys.of(context, client, Freshness::Newer).await?;
            verify_with(context, client, &keys, jwt).map_err(|error| wrong(client, error))
        }
        outcome => outcome.map_err(|error| wrong(client, error)),
    }
}

fn verify_with(context: &Context, client: &Client, keys: &jose::Jwks, jwt: &str) -> Result<Assertion, AssertionError> {
    let issuer = &context.settings.issuer;
    let endpoint = issuer.endpoint(TOKEN_ENDPOINT_PATH);
    // The issuer is the one audience that no other server shares (draft-ietf-oauth-rfc7523bis); the endpoint's URL
    // counts only where the client's policy says so.
    let both = [issuer.as_str(), endpoint.as_str()];
    let audiences = if client.metadata.token_endpoint_audience_allowed { &both[..] } else { &both[..1] };
    verify_client_assertion(jwt, keys, &allowed(client), audiences, context.now.unix_timestamp())
}

/// The one algorithm that the client registered, or all that are on the list.
fn allowed(client: &Client) -> Vec<Algorithm> {
    let registered = client.metadata.token_endpoint_auth_signing_alg.as_deref();
    let names = ASSERTION_ALGORITHMS.iter().copied().filter(|name| registered.is_none_or(|only| only == *name));
    names.filter_map(|name| name.parse().ok()).collect()
}

fn wrong(client: &Client, error: AssertionError) -> Refusal {
    debug!(client_id = client.client_id, %error, "a client assertion was refused");
    refused(match error {
        AssertionError::Token(VerifyError::UnknownKey) => "assertion_key_unknown",
        AssertionError::Token(VerifyError::Signature) => "assertion_signature_wrong",
        AssertionError::Token(_) => "assertion_malformed",
        AssertionError::Time(_) => "assertion_expired",
        AssertionError::Issuer => "assertion_subject",
        AssertionError::Audience => "assertion_audience",
        AssertionError::Lifetime => "assertion_lifetime",
        AssertionError::Jti => "assertion_jti_missing",
    })
}

/// Each `jti` counts once for its client, by a unique key.
async fn spend(context: &Context, client: &Client, assertion: &Assertion) -> Result<(), Refusal> {
    let hash = storage::sealed::sha256(assertion.jti.as_bytes());
    let expiry = OffsetDateTime::from_unix_timestamp(assertion.exp).map_err(|_| refused("assertion_lifetime"))?;
    // A minute beyond, for instances whose clocks differ.
    let keep_until = expiry + Duration::MINUTE;
    if storage::assertion_jti::spend(&context.database, client.key, &hash, keep_until).await? {
        Ok(())
    } else {
        Err(refused("assertion_replayed"))
    }
}
