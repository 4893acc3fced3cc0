//! What a code and a refresh token have in common: tokens of a live grant that a person gave.

use std::sync::Arc;

use protocol::token::TokenResponse;
use storage::{grants::LiveGrant, id::TokenId};

use super::{Call, Decision};
use crate::{
    refusal::Refusal,
    registry::Resource,
    tokens::{
        authority::Authority,
        id,
        mint::{Wanted, WantedScope, mint},
    },
};

/// What is to be issued.
pub(super) struct Issue<'a> {
    /// The API that the request named.
    pub(super) named: Option<&'a str>,
    /// Every API that the request may end at; the statement that spent the grant has checked that it does.
    pub(super) reachable: &'a [Arc<Resource>],
    /// Which scopes are wanted.
    pub(super) scope: WantedScope<'a>,
    /// The access token's `jti`, as the journal has it already.
    pub(super) jti: TokenId,
    /// The refresh token that goes with it.
    pub(super) refresh_token: Option<String>,
    /// The nonce of the ID token.
    pub(super) nonce: Option<&'a str>,
}

/// Mints the tokens of a live grant.
pub(super) async fn issue(call: &Call<'_>, grant: &LiveGrant, issue: Issue<'_>) -> Result<Decision, Refusal> {
    let &Call { context, client, .. } = call;
    let identifier = issue.named.or(grant.default_resource.as_deref());
    let target = identifier
        .map(|identifier| {
            let found = issue.reachable.iter().find(|resource| resource.identifier == identifier);
            found.cloned().ok_or_else(|| Refusal::internal("a grant was spent for an API that is out of reach"))
        })
        .transpose()?;
    let authority = Authority::of_grant(context, client, grant);
    let wanted = Wanted { target, scope: issue.scope, jti: issue.jti };
    let minted = mint(context, client, &authority, &wanted).await?;
    // An ID token speaks of the sign-in, so it goes wherever `openid` goes.
    let id_token = if minted.scope.contains("openid") {
        Some(id::mint(context, client, grant, issue.nonce, &minted.token).await?)
    } else {
        None
    };
    Ok(Decision::Issued(Box::new(TokenResponse {
        expires_in: Some(minted.expires_in),
        scope: Some(minted.scope),
        refresh_token: issue.refresh_token,
        id_token,
        ..TokenResponse::bearer(minted.token)
    })))
}
