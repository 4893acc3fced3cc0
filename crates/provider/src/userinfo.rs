//! Userinfo (OpenID Connect Core section 5.3).

use std::fmt;

use jose::Algorithm;
use protocol::error::ErrorCode;
use serde_json::{Map, Value};
use storage::id::GrantId;

use crate::{
    Context, keys,
    refusal::Refusal,
    registry::Client,
    tokens::{
        access,
        person::{self, Wishes},
    },
};

/// The `typ` of a signed response. Without `exp` and `iat` it cannot pass for an ID token.
const USERINFO_TYP: &str = "JWT";

/// What the endpoint answers. `Debug` hides it: it is about a person.
#[derive(Clone)]
pub enum Userinfo {
    /// Claims, as JSON.
    Plain(Map<String, Value>),
    /// The same as a JWT, where the client registered that.
    Signed(String),
}

impl fmt::Debug for Userinfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Signed(_) => "Signed",
        })
    }
}

/// The claims that an access token gives access to.
///
/// # Errors
/// `invalid_token` for a token that does not count or is not for this endpoint, `insufficient_scope` for one without
/// `openid` (RFC 6750 section 3.1); `Refusal::Unavailable` when it cannot be known.
pub async fn userinfo(context: &Context, token: &str) -> Result<Userinfo, Refusal> {
    let claims = access::live(context, token).await?.map_err(|fault| refused(fault.reason()))?;
    if !claims.aud.contains(context.settings.issuer.as_str()) {
        return Err(refused("token_audience"));
    }
    if !claims.scope.contains("openid") {
        let description = "The access token does not have the scope openid";
        return Err(Refusal::new(ErrorCode::InsufficientScope, description, "scope_without_openid"));
    }
    let client = context.client(&claims.client_id).await?.ok_or_else(|| refused("client_disabled"))?;
    let grant = storage::grants::with_person(&context.database, GrantId(claims.chancery.grant)).await?;
    let grant = grant.ok_or_else(|| refused("grant_ended"))?;
    let person = grant.person.as_ref().ok_or_else(|| refused("grant_ended"))?;

    let mut answer = Map::new();
    answer.insert("sub".to_owned(), Value::from(claims.sub));
    // What somebody asked for by name was asked for by the client that the grant was given to.
    let wishes = match grant.client_key == client.key {
        true => Wishes::of_grant(grant.claims_request.as_ref(), &client)?,
        false => Wishes::default(),
    };
    person::of_scopes(person, &claims.scope, &wishes.locales, &mut answer);
    person::requested(person, &wishes.claims.userinfo, &wishes.locales, &mut answer);
    match &client.metadata.userinfo_signed_response_alg {
        Some(name) => sign(context, &client, name, answer).await,
        None => Ok(Userinfo::Plain(answer)),
    }
}

fn refused(reason: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidToken, "The access token is invalid, expired or withdrawn", reason)
}

async fn sign(
    context: &Context,
    client: &Client,
    algorithm: &str,
    mut answer: Map<String, Value>,
) -> Result<Userinfo, Refusal> {
    let algorithm: Algorithm = algorithm
        .parse()
        .ok()
        .filter(|algorithm| keys::ALGORITHMS.contains(algorithm))
        .ok_or_else(|| Refusal::internal(format!("client {}: unknown algorithm", client.client_id)))?;
    answer.insert("iss".to_owned(), Value::from(context.settings.issuer.as_str()));
    answer.insert("aud".to_owned(), Value::from(client.client_id.as_str()));
    let key = context.keys.signing(algorithm, context.now)?;
    let token = key.sign_jwt(USERINFO_TYP, &answer).await.map_err(|error| Refusal::internal(error.to_string()))?;
    Ok(Userinfo::Signed(token))
}
