//! The token endpoint (RFC 6749 section 3.2): one table of grants, each with the parameters that it understands.

mod authorization_code;
mod client_credentials;
mod issue;
mod refresh_token;
mod spending;
mod token_exchange;

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use protocol::{
    error::{ErrorCode, OAuthError},
    form::Params,
    scope::is_identity_scope,
    token::{TokenRequest, TokenResponse, grant_type},
};
use storage::targeting::Targeting;
use time::OffsetDateTime;

pub use spending::Spending;

use crate::{
    Context,
    client_auth::{self, PresentedCredentials},
    refusal::Refusal,
    registry::{Client, Resource},
    tally,
};

/// How often a request is decided anew because the registry changed under it.
const ATTEMPTS: usize = 4;

/// One grant of the table.
pub struct Grant {
    /// Its `grant_type`.
    pub name: &'static str,
    /// How metrics and the audit trail call it.
    pub label: &'static str,
    /// The parameters that it understands, besides `grant_type` and the client's credentials.
    pub parameters: &'static [&'static str],
    handle: Handler,
}

type Handler = for<'a> fn(&'a Call<'a>) -> BoxFuture<'a, Result<Decision, Refusal>>;

/// Every grant.
pub static GRANTS: [Grant; 4] = [
    Grant {
        name: grant_type::AUTHORIZATION_CODE,
        label: "authorization_code",
        parameters: &["code", "redirect_uri", "code_verifier", "resource"],
        handle: |call| Box::pin(authorization_code::handle(call)),
    },
    Grant {
        name: grant_type::REFRESH_TOKEN,
        label: "refresh_token",
        parameters: &["refresh_token", "scope", "resource"],
        handle: |call| Box::pin(refresh_token::handle(call)),
    },
    Grant {
        name: grant_type::CLIENT_CREDENTIALS,
        label: "client_credentials",
        parameters: &["scope", "resource"],
        handle: |call| Box::pin(client_credentials::handle(call)),
    },
    Grant {
        name: grant_type::TOKEN_EXCHANGE,
        label: "token_exchange",
        parameters: &[
            "subject_token",
            "subject_token_type",
            "actor_token",
            "actor_token_type",
            "resource",
            "audience",
            "scope",
            "requested_token_type",
        ],
        handle: |call| Box::pin(token_exchange::handle(call)),
    },
];

/// The parameters that may be sent more than once (RFC 8707 section 2, RFC 8693 section 2.1).
const REPEATABLE: &[&str] = &["resource", "audience"];

/// What a grant is given.
struct Call<'a> {
    context: &'a Context,
    client: &'a Client,
    params: &'a Params,
    /// How metrics and the audit trail call the grant.
    label: &'static str,
}

/// What a grant decided.
enum Decision {
    /// Tokens, and what became of them is durably in the audit trail.
    Issued(Box<TokenResponse>),
    /// Nothing was spent and nothing issued, because the registry changed: decide anew.
    Stale,
}

/// Answers a token request.
///
/// # Errors
/// What the RFC of the grant says; `Refusal::Unavailable` when it cannot be decided now.
pub async fn exchange(
    context: &Context,
    request: &TokenRequest,
    credentials: &PresentedCredentials,
) -> Result<TokenResponse, Refusal> {
    let (grant, client) = admit(context, request, credentials).await?;
    decide(context.clone(), grant, client, request, credentials).await
}

/// The grant and the client that may use it.
async fn admit(
    context: &Context,
    request: &TokenRequest,
    credentials: &PresentedCredentials,
) -> Result<(&'static Grant, Arc<Client>), Refusal> {
    let grant = GRANTS.iter().find(|grant| grant.name == request.grant_type);
    let grant = grant.ok_or_else(|| {
        let description = "The grant_type is not supported";
        Refusal::new(ErrorCode::UnsupportedGrantType, description, "grant_type_unknown")
    })?;
    once(&request.params, grant)?;
    let client = client_auth::authenticate(context, credentials).await?;
    Ok((grant, client))
}

async fn decide(
    mut context: Context,
    grant: &'static Grant,
    mut client: Arc<Client>,
    request: &TokenRequest,
    credentials: &PresentedCredentials,
) -> Result<TokenResponse, Refusal> {
    for _ in 0..ATTEMPTS {
        if !client.metadata.has_grant(grant.name) {
            let description = "The client is not registered for this grant_type";
            return Err(Refusal::new(ErrorCode::UnauthorizedClient, description, "grant_type_not_registered"));
        }
        let call = Call { context: &context, client: &client, params: &request.params, label: grant.label };
        if let Decision::Issued(response) = (grant.handle)(&call).await? {
            tally::issued(grant.label);
            return Ok(*response);
        }
        context = context.renewed().await?;
        client = client_auth::confirm(&context, credentials, &client).await?;
    }
    Err(Refusal::unavailable("the registry keeps changing"))
}

/// Request parameters must not be sent more than once (RFC 6749 section 3.2). Unknown ones are ignored.
fn once(params: &Params, grant: &Grant) -> Result<(), OAuthError> {
    let credentials = client_auth::PARAMETERS;
    for name in grant.parameters.iter().chain(credentials).chain(&["grant_type"]) {
        if !REPEATABLE.contains(name) && params.count(name) > 1 {
            return Err(OAuthError::invalid_request(format!("{name} was sent more than once")));
        }
    }
    Ok(())
}

/// The APIs that a request may end at: the named one, or every one of the client's.
async fn reachable(context: &Context, client: &Client, named: Option<&str>) -> Result<Vec<Arc<Resource>>, Refusal> {
    if let Some(named) = named {
        let resource = context.resource_for(client, named).await?;
        return Ok(vec![resource.ok_or_else(crate::scope_resolution::foreign_target)?]);
    }
    let mut reachable = Vec::with_capacity(client.resources.len());
    for identifier in &client.resources {
        reachable.extend(context.resource(identifier).await?);
    }
    // A grant may be for the management API, although a client never asks for it without naming it.
    reachable.extend(context.resource_for(client, &crate::api::identifier(&context.settings.issuer)).await?);
    Ok(reachable)
}

/// What a client may be issued now, as the registry says it: a statement that spends a grant is told this, so that
/// nothing is spent for what would be refused afterwards.
fn targeting(context: &Context, client: &Client, reachable: &[Arc<Resource>], wanted: Option<&str>) -> Targeting {
    let issuer = context.settings.issuer.as_str();
    let identity = client.scope.iter().filter(|scope| is_identity_scope(scope)).map(|scope| (issuer, scope));
    let api = crate::api::identifier(&context.settings.issuer);
    let at_apis = reachable.iter().flat_map(|resource| {
        let asked = resource.scopes.keys().map(String::as_str);
        let open = asked.filter(|scope| resource.defines(scope) && client.may_ask(&api, &resource.identifier, scope));
        open.map(|scope| (resource.identifier.as_str(), scope))
    });
    let pairs = identity.chain(at_apis).map(|(resource, scope)| (resource.to_owned(), scope.to_owned()));
    let (resources, scopes) = pairs.unzip();
    let apis = reachable.iter().map(|resource| resource.identifier.clone()).collect();
    Targeting { wanted: wanted.map(str::to_owned), issuer: issuer.to_owned(), apis, resources, scopes }
}

/// One answer for everything that is wrong with a code or a refresh token.
fn invalid_grant(reason: &'static str) -> Refusal {
    let description = "The grant is unknown, expired, used before, withdrawn, or of another client";
    Refusal::new(ErrorCode::InvalidGrant, description, reason)
}

/// When nothing can depend any more on a grant that is given now: its row may go then.
#[must_use]
pub fn grant_expiry(context: &Context, client: &Client) -> OffsetDateTime {
    let lifetimes = &context.settings.lifetimes;
    let refresh = client.metadata.has_grant(grant_type::REFRESH_TOKEN);
    let longest = if refresh { lifetimes.refresh_absolute } else { Duration::ZERO };
    context.now + lifetimes.code + longest + lifetimes.access_token_max
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn known_parameters_once() {
        let check = |body: &str| once(&Params::parse(body.as_bytes()).unwrap(), &GRANTS[1]).is_ok();
        assert!(check("grant_type=refresh_token&refresh_token=x&resource=a&resource=b&foo=1&foo=2"));
        assert!(!check("grant_type=refresh_token&refresh_token=x&refresh_token=x"));
        assert!(!check("client_id=a&client_id=a"));
        assert!(!check("scope=a&scope="));
        assert!(!check("grant_type=a&grant_type=a"));
    }

    #[test]
    fn the_table_is_the_one_that_registration_knows() {
        let names: Vec<_> = GRANTS.iter().map(|grant| grant.name).collect();
        assert_eq!(names, grant_type::ALL);
    }
}
