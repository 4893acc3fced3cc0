//! `client_credentials` (RFC 6749 section 4.4): a token for the client itself.
//!
//! The fast path: nothing is read from the database; one signature, and one row in the group-committed journal.

use protocol::{
    error::ErrorCode,
    token::{ClientCredentialsRequest, TokenResponse},
};
use serde_json::json;
use storage::id::TokenId;

use super::{Call, Decision};
use crate::{
    journal::Written,
    refusal::Refusal,
    scope_resolution,
    tokens::{
        authority::Authority,
        mint::{Wanted, WantedScope, mint},
    },
};

pub(super) async fn handle(call: &Call<'_>) -> Result<Decision, Refusal> {
    let &Call { context, client, params, label } = call;
    if client.metadata.is_public() {
        // RFC 6749 section 4.4: confidential clients only.
        let description = "Public clients cannot use this grant";
        return Err(Refusal::new(ErrorCode::UnauthorizedClient, description, "client_public"));
    }
    let request = ClientCredentialsRequest::parse(params)?;
    let (target, pairs) =
        scope_resolution::resolve_own(context, client, request.scope.as_ref(), &request.resource).await?;
    let identifier = target.identifier.clone();
    let authority = Authority::of_client(client, pairs);
    let jti = TokenId::new();
    let wanted = Wanted { target: Some(target), scope: WantedScope::OfTarget, jti };
    let minted = mint(context, client, &authority, &wanted).await?;

    let mut entry = context.entry_by(client, ("token.issued", "ok"));
    entry.grant_id = Some(authority.grant().uuid());
    entry.jti = Some(jti.uuid());
    entry.detail = Some(json!({ "grant": label, "resource": identifier, "scope": minted.scope }));
    if context.journal.write(entry, context.revision).await? == Written::Stale {
        return Ok(Decision::Stale);
    }
    Ok(Decision::Issued(Box::new(TokenResponse {
        expires_in: Some(minted.expires_in),
        scope: Some(minted.scope),
        ..TokenResponse::bearer(minted.token)
    })))
}
