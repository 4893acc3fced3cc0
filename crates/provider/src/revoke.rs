//! Withdrawing tokens: revocation (RFC 7009), and what follows from a replay.

use protocol::{error::ErrorCode, revocation::RevocationRequest};
use storage::{id::GrantId, journal::Entry};
use time::{Duration, OffsetDateTime};
use tracing::info;

use crate::{
    Context,
    client_auth::{self, PresentedCredentials},
    refusal::Refusal,
    registry::Client,
    tokens::{
        access,
        refresh::{self, RefreshToken},
    },
};

/// Withdraws a token for the client that it was issued to: a refresh token with its whole grant, an access token with
/// what was exchanged for it. A token that is unknown, expired or withdrawn already needs nothing more.
///
/// # Errors
/// `invalid_client`; `invalid_grant` for a token that was issued to another client (RFC 7009 section 2.1: the request
/// is refused and the client informed; RFC 6749 section 5.2 names the error), of which nothing changes.
pub async fn revoke(
    context: &Context,
    request: &RevocationRequest,
    credentials: &PresentedCredentials,
) -> Result<(), Refusal> {
    let client = client_auth::authenticate(context, credentials).await?;
    // The two kinds cannot be mistaken for each other, so the hint is not needed (RFC 7009 section 2.1).
    if request.token.starts_with(refresh::PREFIX) {
        refresh_token(context, &client, &request.token).await
    } else {
        access_token(context, &client, &request.token).await
    }
}

async fn refresh_token(context: &Context, client: &Client, token: &str) -> Result<(), Refusal> {
    let Some(token) = RefreshToken::decode(token, &context.sealing) else { return Ok(()) };
    let state = storage::refresh_families::examine(&context.database, token.family, context.now).await?;
    let Some(state) = state else { return Ok(()) };
    if state.client_key != client.key {
        return Err(foreign());
    }
    if state.revoked {
        return Ok(());
    }
    let mut entry = context.entry_by(client, ("token.revoked", "ok"));
    entry.user_id = Some(state.user_id);
    entry.session_id = state.session_id;
    withdraw_grant(context, state.grant_id, "revoked_by_client", entry).await
}

async fn access_token(context: &Context, client: &Client, token: &str) -> Result<(), Refusal> {
    let Ok(claims) = access::verify(context, token) else { return Ok(()) };
    if claims.client_id != client.client_id {
        return Err(foreign());
    }
    if context.any_revoked(&access::roots(&claims)).await? {
        return Ok(());
    }
    let mut entry = context.entry_by(client, ("token.revoked", "ok"));
    entry.grant_id = Some(claims.chancery.grant);
    entry.jti = Some(claims.jti);
    let expiry = OffsetDateTime::from_unix_timestamp(claims.exp).unwrap_or(context.now);
    let mut tx = context.database.begin().await?;
    // A minute beyond, for instances whose clocks differ. Nothing that came of it lives longer than it does.
    let until = expiry + Duration::MINUTE;
    storage::revocations::publish(&mut tx, claims.jti, until).await?;
    storage::journal::append(&mut tx, &entry).await?;
    tx.commit().await?;
    context.revocations.add(&[(claims.jti, until)], context.now);
    context.pulse.wake();
    Ok(())
}

fn foreign() -> Refusal {
    let description = "The token was issued to another client";
    Refusal::new(ErrorCode::InvalidGrant, description, "token_foreign")
}

/// Withdraws a grant with all that descends from it, if it still stood. `entry` is completed with the grant.
///
/// # Errors
/// `Refusal`: whether it was withdrawn is then unknown.
pub(crate) async fn withdraw_grant(
    context: &Context,
    grant: GrantId,
    reason: &'static str,
    mut entry: Entry,
) -> Result<(), Refusal> {
    entry.grant_id = Some(grant.uuid());
    let mut tx = context.database.begin().await?;
    let withdrawal = context.withdrawal(reason);
    if !storage::revocations::revoke_grant(&mut tx, grant, withdrawal).await? {
        return Ok(()); // Somebody else was faster, and has told of it.
    }
    storage::journal::append(&mut tx, &entry).await?;
    tx.commit().await?;
    context.revocations.add(&[(grant.uuid(), withdrawal.until)], context.now);
    context.pulse.wake();
    info!(%grant, reason, "a grant was withdrawn");
    Ok(())
}
