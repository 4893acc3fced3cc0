//! ID tokens (OpenID Connect Core section 2).

use jose::{Algorithm, at_hash};
use protocol::{
    claims::{Audience, IdTokenClaims, Lineage},
    token::grant_type,
};
use serde_json::Map;
use storage::grants::LiveGrant;

use crate::{
    Context,
    refusal::Refusal,
    registry::Client,
    subject,
    tokens::person::{self, Wishes},
};

/// The `typ` of ID tokens.
pub const ID_TOKEN_TYP: &str = "JWT";

/// Makes an ID token beside an access token. `nonce` is that of the authorization request, for the first one only.
///
/// # Errors
/// `Refusal::Internal` when it cannot be signed.
pub async fn mint(
    context: &Context,
    client: &Client,
    grant: &LiveGrant,
    nonce: Option<&str>,
    access_token: &str,
) -> Result<String, Refusal> {
    let algorithm = algorithm(client)?;
    let key = context.keys.signing(algorithm, context.now)?;
    let claims = claims(context, client, grant, nonce, at_hash(algorithm, access_token))?;
    key.sign_jwt(ID_TOKEN_TYP, &claims).await.map_err(|error| Refusal::internal(error.to_string()))
}

fn algorithm(client: &Client) -> Result<Algorithm, Refusal> {
    let name = &client.metadata.id_token_signed_response_alg;
    name.parse().map_err(|_| Refusal::internal(format!("client {}: unknown algorithm {name}", client.client_id)))
}

fn claims(
    context: &Context,
    client: &Client,
    grant: &LiveGrant,
    nonce: Option<&str>,
    at_hash: String,
) -> Result<IdTokenClaims, Refusal> {
    let now = context.now.unix_timestamp();
    let mut extra = Map::new();
    if let Some(person) = &grant.person {
        let wishes = Wishes::of_grant(grant.claims_request.as_ref(), client)?;
        person::requested(person, &wishes.claims.id_token, &wishes.locales, &mut extra);
    }
    // It stands for its grant when the client exchanges it, and only then does it need to name it.
    let lineage = client.metadata.has_grant(grant_type::TOKEN_EXCHANGE).then(|| Lineage {
        grant: grant.id.uuid(),
        lineage: Vec::new(),
        ceiling: Default::default(),
        exp_max: None,
    });
    Ok(IdTokenClaims {
        iss: context.settings.issuer.as_str().to_owned(),
        sub: subject::of(context, client, grant.user_id),
        aud: Audience::from(client.client_id.as_str()),
        exp: now + i64::try_from(context.settings.lifetimes.id_token.as_secs()).unwrap_or(0),
        iat: now,
        jti: None,
        auth_time: grant.auth_time.map(|at| at.unix_timestamp()),
        nonce: nonce.map(str::to_owned),
        acr: grant.acr.clone(),
        amr: grant.amr.clone(),
        // The only audience is the client itself, so there is nobody else to be authorized.
        azp: None,
        sid: grant.session_id.map(|session| session.to_string()),
        at_hash: Some(at_hash),
        chancery: lineage,
        extra,
    })
}
