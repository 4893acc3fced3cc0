//! `refresh_token` (RFC 6749 section 6, RFC 9700 section 4.14).
//!
//! One statement moves the family on and writes the journal. A retry of the token that was just spent gets the same
//! successor again, so that a lost response signs nobody out; any other reuse withdraws the whole family.

use std::{sync::Arc, time::Duration};

use protocol::{
    error::ErrorCode,
    scope::{Scope, ScopePair},
    token::RefreshTokenRequest,
};
use serde_json::json;
use storage::{
    grants::LiveGrant,
    id::TokenId,
    journal::Entry,
    refresh_families::{self, FamilyState, Presented, Rotation},
};

use super::{
    Call, Decision, invalid_grant,
    issue::{Issue, issue},
    reachable, targeting,
};
use crate::{
    Context,
    refusal::Refusal,
    registry::Client,
    revoke, scope_resolution,
    tokens::{mint::WantedScope, refresh::RefreshToken},
};

pub(super) async fn handle(call: &Call<'_>) -> Result<Decision, Refusal> {
    let &Call { context, client, params, label } = call;
    let request = RefreshTokenRequest::parse(params)?;
    let named = scope_resolution::only_one(&request.resource)?;
    let token = RefreshToken::decode(&request.refresh_token, &context.sealing)
        .ok_or_else(|| invalid_grant("refresh_token_malformed"))?;
    if request.scope.as_ref().is_some_and(|scope| !scope.iter().all(|scope| client.knows_scope(scope))) {
        let description = "The client is not registered for a requested scope";
        return Err(Refusal::new(ErrorCode::InvalidScope, description, "scope_not_registered"));
    }
    let reachable = reachable(context, client, named).await?;
    let scopes = request.scope.as_ref().map(sorted);
    let scope_text = scopes.as_ref().map(|scopes| scopes.join(" "));
    let presented = Arc::new(Presented {
        family: token.family,
        generation: token.generation,
        client_key: client.key,
        scopes,
        scope_text,
        target: targeting(context, client, &reachable, named),
        now: context.now,
        revision: context.revision,
    });
    let jti = TokenId::new();
    let mut entry = context.entry_by(client, ("token.issued", "ok"));
    entry.jti = Some(jti.uuid());
    entry.detail = Some(json!({ "grant": label }));
    let grant = match spend(context, client, &presented, entry).await? {
        Spent::Live(grant) => grant,
        Spent::Stale => return Ok(Decision::Stale),
    };
    let refresh_token = Some(token.successor().encode(&context.sealing));
    let scope = request.scope.as_ref().map_or(WantedScope::All, WantedScope::Named);
    issue(call, &grant, Issue { named, reachable: &reachable, scope, jti, refresh_token, nonce: None }).await
}

/// The scope's tokens in an order that does not depend on the request.
fn sorted(scope: &Scope) -> Vec<String> {
    let mut scopes: Vec<String> = scope.iter().map(str::to_owned).collect();
    scopes.sort_unstable();
    scopes
}

enum Spent {
    Live(Box<LiveGrant>),
    Stale,
}

async fn spend(
    context: &Context,
    client: &Client,
    presented: &Arc<Presented>,
    mut entry: Entry,
) -> Result<Spent, Refusal> {
    let idle_expires_at = context.now + context.settings.lifetimes.refresh_idle;
    let rotation = Rotation { presented: Arc::clone(presented), idle_expires_at, entry: entry.clone() };
    if let Some(grant) = context.spending.rotate(rotation).await? {
        return Ok(Spent::Live(Box::new(grant)));
    }
    let state = refresh_families::examine(&context.database, presented.family, context.now).await?;
    let state = judge(presented, state)?;
    if state.revision != presented.revision {
        return Ok(Spent::Stale);
    }
    if state.generation == presented.generation {
        return beyond_grant(presented, &state);
    }
    let window = retry_window(context, client);
    if !is_retry(presented, &state, window) {
        return reused(context, client, &state).await;
    }
    entry.detail = Some(json!({ "grant": "refresh_token", "retry": true }));
    let spent_after = context.now - window;
    if let Some(grant) = refresh_families::retry(&context.database, presented, spent_after, &entry).await? {
        return Ok(Spent::Live(Box::new(grant)));
    }
    // Before somebody is called a thief: the registry may have moved on, or the retry asks for what is given no more.
    let state = refresh_families::examine(&context.database, presented.family, context.now).await?;
    let state = judge(presented, state)?;
    if state.revision != presented.revision {
        return Ok(Spent::Stale);
    }
    if is_retry(presented, &state, window) {
        return beyond_grant(presented, &state);
    }
    reused(context, client, &state).await
}

/// Whether the presented token is the one that was just spent, by a request for the same.
fn is_retry(presented: &Presented, state: &FamilyState, window: Duration) -> bool {
    !window.is_zero()
        && presented.generation.checked_add(1) == Some(state.generation)
        && state.rotated_at > presented.now - window
        && state.rotated_scope == presented.scope_text
}

/// What of a family that did not move is still worth a second look. A stranger learns nothing and changes nothing.
fn judge(presented: &Presented, state: Option<FamilyState>) -> Result<FamilyState, Refusal> {
    let state = state.ok_or_else(|| invalid_grant("refresh_token_unknown"))?;
    if state.client_key != presented.client_key {
        return Err(invalid_grant("refresh_token_foreign"));
    }
    if !state.live {
        return Err(invalid_grant("refresh_token_ended"));
    }
    if state.generation < presented.generation {
        // Only a database that was set back can forget a generation.
        return Err(invalid_grant("refresh_token_ahead"));
    }
    Ok(state)
}

/// The token is unused, or its successor is, and stays so: the request asked for more than the grant covers, or for what
/// client and API are registered for no more.
fn beyond_grant(presented: &Presented, state: &FamilyState) -> Result<Spent, Refusal> {
    let target = &presented.target;
    let open = |pair: &ScopePair| {
        let mut pairs = target.resources.iter().zip(&target.scopes);
        pairs.any(|(resource, scope)| *resource == pair.resource && *scope == pair.scope)
    };
    let held = state.pairs.filtered(open);
    let api = target.wanted.as_deref().or(state.default_resource.as_deref());
    let covered = api.is_none_or(|api| {
        let by_grant = held.has_resource(api) || state.default_resource.as_deref() == Some(api);
        by_grant && target.apis.iter().any(|known| known == api)
    });
    if !covered {
        return Err(scope_resolution::foreign_target());
    }
    let here =
        |scope: &String| held.contains(&target.issuer, scope) || api.is_some_and(|api| held.contains(api, scope));
    if !presented.scopes.iter().flatten().all(here) {
        let description = "The requested scope is more than what was granted for this resource";
        return Err(Refusal::new(ErrorCode::InvalidScope, description, "scope_exceeds_grant"));
    }
    // Nothing is wrong with it any more: something changed between the two statements.
    Ok(Spent::Stale)
}

/// How long the token that was just spent may come again.
fn retry_window(context: &Context, client: &Client) -> Duration {
    let registered = client.metadata.refresh_token_retry_window.map(|seconds| Duration::from_secs(seconds.into()));
    registered.unwrap_or(context.settings.lifetimes.refresh_retry_window)
}

/// Two hold the same token, and one of them is a thief: the family and its access tokens end (RFC 9700 section
/// 4.14.2).
async fn reused(context: &Context, client: &Client, state: &FamilyState) -> Result<Spent, Refusal> {
    let mut entry = context.entry_by(client, ("refresh_token.reused", "refresh_token_reused"));
    entry.user_id = Some(state.user_id);
    entry.session_id = state.session_id;
    revoke::withdraw_grant(context, state.grant_id, "refresh_token_reused", entry).await?;
    Err(invalid_grant("refresh_token_reused"))
}
