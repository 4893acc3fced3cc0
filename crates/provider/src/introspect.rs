//! Introspection (RFC 7662): what a token still says, for those whom it concerns.
//!
//! An access token concerns the client that it was issued to, and the resource server of an audience of it, as the
//! resource names it; a refresh token concerns its client alone. Anyone else learns that it is not active, which is
//! also all that is said of a token that is not. The database is not read for access tokens: what was withdrawn is in
//! memory, confirmed within the last second.

use protocol::{
    claims::{AccessTokenClaims, Audience},
    introspection::{ActiveToken, IntrospectionRequest, IntrospectionResponse},
    token::BEARER,
};
use tracing::debug;

use crate::{
    Context,
    client_auth::{self, PresentedCredentials},
    refusal::Refusal,
    registry::Client,
    subject, tally,
    tokens::{
        access,
        refresh::{self, RefreshToken},
    },
};

/// Answers an introspection request.
///
/// # Errors
/// `invalid_client`, also for public clients; `Refusal::Unavailable` when it cannot be known.
pub async fn introspect(
    context: &Context,
    request: &IntrospectionRequest,
    credentials: &PresentedCredentials,
) -> Result<IntrospectionResponse, Refusal> {
    let client = client_auth::authenticate_confidential(context, credentials).await?;
    // The two kinds cannot be mistaken for each other, so the hint is not needed.
    let token = if request.token().starts_with(refresh::PREFIX) {
        refresh_token(context, &client, request.token()).await?
    } else {
        access_token(context, &client, request.token()).await?
    };
    tally::introspected(token.is_some());
    Ok(token.map_or(IntrospectionResponse::Inactive, IntrospectionResponse::active))
}

async fn access_token(context: &Context, client: &Client, token: &str) -> Result<Option<ActiveToken>, Refusal> {
    let claims = match access::live(context, token).await? {
        Ok(claims) => claims,
        Err(fault) => {
            debug!(client_id = client.client_id, reason = fault.reason(), "an inactive token was introspected");
            return Ok(None);
        }
    };
    if claims.client_id != client.client_id && !context.serves_audience(client, &claims.aud).await? {
        debug!(client_id = client.client_id, reason = "token_foreign", "somebody else's token was introspected");
        return Ok(None);
    }
    Ok(Some(describe(claims)))
}

fn describe(claims: AccessTokenClaims) -> ActiveToken {
    ActiveToken {
        scope: claims.scope,
        client_id: Some(claims.client_id),
        username: None,
        token_type: Some(BEARER),
        exp: Some(claims.exp),
        iat: Some(claims.iat),
        nbf: None,
        sub: Some(claims.sub),
        aud: Some(claims.aud),
        iss: Some(claims.iss),
        jti: Some(claims.jti.to_string()),
        act: claims.act,
        may_act: claims.may_act,
        auth_time: claims.auth_time,
        acr: claims.acr,
    }
}

async fn refresh_token(context: &Context, client: &Client, token: &str) -> Result<Option<ActiveToken>, Refusal> {
    let Some(token) = RefreshToken::decode(token, &context.sealing) else { return Ok(None) };
    let state = storage::refresh_families::examine(&context.database, token.family, context.now).await?;
    let state =
        state.filter(|state| state.client_key == client.key && state.live && state.generation == token.generation);
    Ok(state.map(|state| ActiveToken {
        scope: state.pairs.scopes(),
        client_id: Some(client.client_id.clone()),
        exp: Some(state.expires_at.unix_timestamp()),
        iat: Some(state.rotated_at.unix_timestamp()),
        sub: Some(subject::of(context, client, storage::id::UserId(state.user_id))),
        iss: Some(context.settings.issuer.as_str().to_owned()),
        ..ActiveToken::default()
    }))
}

impl Context {
    /// Whether a client is the resource server of one of the audiences, as the resource names it.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when it cannot be known.
    pub(crate) async fn serves_audience(&self, client: &Client, audience: &Audience) -> Result<bool, Refusal> {
        let issuer = self.settings.issuer.as_str();
        for identifier in audience.iter().filter(|identifier| *identifier != issuer) {
            let resource = self.resource(identifier).await?;
            if resource.is_some_and(|resource| resource.resource_server == Some(client.key)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
