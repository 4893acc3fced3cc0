//! Token exchange (RFC 8693): a token for a service that acts for whoever a token speaks of.
//!
//! Delegation unless an administrator allowed a client more: the subject stays, the exchanging client becomes the
//! outermost actor. Nothing grows on the way: not the pairs, not the time, not the number of those who could have
//! withdrawn it.

use std::sync::Arc;

use protocol::{
    error::{ErrorCode, OAuthError},
    token::TokenResponse,
    token_exchange::{TokenExchangeRequest, TokenType},
};
use serde_json::{Value, json};
use storage::id::TokenId;
use uuid::Uuid;

use super::{Call, Decision};
use crate::{
    Context,
    journal::Written,
    refusal::{Reason, Refusal},
    registry::{Client, Resource},
    scope_resolution,
    tokens::{
        authority::Authority,
        mint::{Minted, Wanted, WantedScope, mint},
    },
};

mod actor;
mod subject;

use subject::Subject;

pub(super) async fn handle(call: &Call<'_>) -> Result<Decision, Refusal> {
    let &Call { context, client, params, .. } = call;
    if client.metadata.is_public() {
        let description = "Public clients cannot use this grant";
        return Err(Refusal::new(ErrorCode::UnauthorizedClient, description, "client_public"));
    }
    let request = TokenExchangeRequest::parse(params)?;
    if request.requested_token_type.is_some_and(|wanted| wanted != TokenType::AccessToken) {
        return Err(invalid_request("Only access tokens are issued by an exchange", "requested_token_type"));
    }
    let named = named_target(&request)?;
    let subject = subject::read(context, client, &request.subject).await?;
    let actor = match &request.actor {
        Some(presented) => Some(actor::read(context, client, presented).await?),
        None => None,
    };
    let target = target(context, client, named, &subject.authority).await?;
    let parent = Parent { jti: subject.jti, actor_jti: actor.as_ref().map(|actor| actor.jti) };
    let subject = subject::renamed(context, client, subject).await?;
    let (authority, manner) = hand_on(context, client, subject, actor)?;
    let jti = TokenId::new();
    let scope = request.scope.as_ref().map_or(WantedScope::OfTarget, WantedScope::Named);
    let wanted = Wanted { target: Some(target.clone()), scope, jti };
    let minted = mint(context, client, &authority, &wanted).await?;
    let exchange = Exchange { authority: &authority, parent, manner, target: &target, jti };
    if tell(context, client, &exchange, &minted).await? == Written::Stale {
        return Ok(Decision::Stale);
    }
    Ok(Decision::Issued(Box::new(TokenResponse {
        expires_in: Some(minted.expires_in),
        scope: Some(minted.scope),
        issued_token_type: Some(TokenType::AccessToken.as_str()),
        ..TokenResponse::bearer(minted.token)
    })))
}

fn invalid_request(description: &'static str, reason: &'static str) -> Refusal {
    Refusal::Refused { error: OAuthError::invalid_request(description), reason: Reason(reason) }
}

/// The one API that the request names. `audience` names the same things as `resource`.
fn named_target(request: &TokenExchangeRequest) -> Result<Option<&str>, Refusal> {
    let mut named: Vec<String> = request.resource.clone();
    named.extend(request.audience.iter().filter(|name| !request.resource.contains(name)).cloned());
    scope_resolution::only_one(&named)?;
    Ok(request.resource.first().or(request.audience.first()).map(String::as_str))
}

/// Where the token is to go: somewhere that the client may reach and the subject's authority covers.
async fn target(
    context: &Context,
    client: &Client,
    named: Option<&str>,
    authority: &Authority,
) -> Result<Arc<Resource>, Refusal> {
    let identifier = named.or_else(|| client.default_resource()).ok_or_else(scope_resolution::foreign_target)?;
    let resource = context.resource_for(client, identifier).await?;
    resource.filter(|resource| authority.covers(&resource.identifier)).ok_or_else(scope_resolution::foreign_target)
}

/// In whose name the client will call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// In its own, for the subject.
    Delegation,
    /// In the subject's, by explicit permission.
    Impersonation,
}

/// Puts the authority into the client's hands. Only the client's registration decides that no `act` is added, never a
/// parameter; naming an actor asks for delegation all the same.
fn hand_on(
    context: &Context,
    client: &Client,
    subject: Subject,
    actor: Option<actor::ActorToken>,
) -> Result<(Authority, Manner), Refusal> {
    let longest = context.settings.max_actor_chain;
    let authority = match actor {
        None if client.metadata.impersonation_allowed => subject.authority.impersonated_by(client, longest)?,
        None => subject.authority.delegated_to(client, longest)?,
        Some(actor) => {
            let bounded = subject.authority.until(actor.expires_at).depending_on(actor.roots);
            bounded.delegated_to(client, longest)?
        }
    };
    let manner = if authority.is_delegated() { Manner::Delegation } else { Manner::Impersonation };
    Ok((authority, manner))
}

/// The tokens that an exchange started from.
#[derive(Clone, Copy)]
struct Parent {
    /// `None`: an ID token.
    jti: Option<Uuid>,
    actor_jti: Option<Uuid>,
}

/// What the audit trail is told.
struct Exchange<'a> {
    authority: &'a Authority,
    parent: Parent,
    manner: Manner,
    target: &'a Resource,
    jti: TokenId,
}

async fn tell(
    context: &Context,
    client: &Client,
    exchange: &Exchange<'_>,
    minted: &Minted,
) -> Result<Written, Refusal> {
    let event = match exchange.manner {
        Manner::Delegation => "token.exchanged",
        Manner::Impersonation => "token.impersonated",
    };
    let mut entry = context.entry_by(client, (event, "ok"));
    entry.user_id = exchange.authority.person().map(|user| user.uuid());
    entry.grant_id = Some(exchange.authority.grant().uuid());
    entry.jti = Some(exchange.jti.uuid());
    let mut detail = json!({
        "resource": exchange.target.identifier,
        "scope": minted.scope,
        "subject_token": exchange.parent.jti.map_or_else(|| Value::from("id_token"), |jti| json!(jti)),
        "chain": exchange.authority.chain(),
    });
    if let Some(jti) = exchange.parent.actor_jti {
        detail["actor_token"] = json!(jti);
    }
    entry.detail = Some(detail);
    context.journal.write(entry, context.revision).await
}
