//! Who calls the token, introspection and revocation endpoints (RFC 6749 section 2.3, OpenID Connect Core section 9).
//!
//! A client authenticates with the one method that it registered. Whatever is wrong (no such client, another method,
//! a wrong secret), the answer is the same.

mod assertion;
mod keys;
mod presented;
mod secret;

use std::sync::Arc;

use protocol::{client_metadata::AuthMethod, error::ErrorCode};

pub use keys::ClientKeys;
pub use presented::{Method, PARAMETERS, PresentedCredentials};

use crate::{Context, refusal::Refusal, registry::Client};

/// The token endpoint's path under the issuer: assertions may name its URL as their audience.
pub const TOKEN_ENDPOINT_PATH: &str = "/oauth2/token";

/// Authenticates the client.
///
/// # Errors
/// `invalid_client`; `Refusal::Unavailable` when it cannot be known.
pub async fn authenticate(context: &Context, credentials: &PresentedCredentials) -> Result<Arc<Client>, Refusal> {
    match &credentials.method {
        Method::Secret { method, secret } => {
            secret::authenticate(context, &credentials.client_id, *method, secret).await
        }
        Method::Assertion(jwt) => assertion::authenticate(context, &credentials.client_id, jwt).await,
        Method::None => public(context, &credentials.client_id).await,
    }
}

/// The same for introspection, which public clients may not use: they cannot keep what they learn from others.
///
/// # Errors
/// As `authenticate`.
pub async fn authenticate_confidential(
    context: &Context,
    credentials: &PresentedCredentials,
) -> Result<Arc<Client>, Refusal> {
    if matches!(credentials.method, Method::None) {
        return Err(refused("client_unauthenticated"));
    }
    authenticate(context, credentials).await
}

/// Looks again after the registry changed: whoever was authenticated may have been disabled meanwhile, or lost its
/// secret. An assertion was spent the first time and is not asked for again.
///
/// # Errors
/// As `authenticate`.
pub async fn confirm(
    context: &Context,
    credentials: &PresentedCredentials,
    before: &Client,
) -> Result<Arc<Client>, Refusal> {
    if !matches!(credentials.method, Method::Assertion(_)) {
        return authenticate(context, credentials).await;
    }
    let client = context.client_by_key(before.key).await?;
    client
        .filter(|client| client.metadata.token_endpoint_auth_method == AuthMethod::PrivateKeyJwt)
        .ok_or_else(|| refused("client_disabled"))
}

async fn public(context: &Context, client_id: &str) -> Result<Arc<Client>, Refusal> {
    let client = context.client(client_id).await?.ok_or_else(|| refused("client_unknown"))?;
    if !client.metadata.is_public() {
        return Err(refused("client_unauthenticated"));
    }
    Ok(client)
}

/// One answer for everything that is wrong.
fn refused(reason: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidClient, "The client is unknown or its credentials are wrong", reason)
}
