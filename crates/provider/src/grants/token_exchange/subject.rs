//! Whose authority is handed on: the subject token.

use jose::{Expect, VerifyError};
use protocol::{
    claims::{AccessTokenClaims, IdTokenClaims},
    token_exchange::{PresentedToken, TokenType},
};
use storage::id::{GrantId, UserId};
use uuid::Uuid;

use super::invalid_request;
use crate::{
    Context, keys,
    refusal::Refusal,
    registry::Client,
    subject,
    tokens::{access, authority::Authority, id::ID_TOKEN_TYP},
};

/// A subject token that counts, and that this client may present.
pub(super) struct Subject {
    /// What is left of it.
    pub(super) authority: Authority,
    /// Its `jti`; `None`: an ID token.
    pub(super) jti: Option<Uuid>,
}

/// Reads the subject token.
///
/// # Errors
/// `invalid_request` when it is not a token of ours of the declared type, no longer counts, or is not the client's to
/// present (RFC 8693 section 2.2.2).
pub(super) async fn read(context: &Context, client: &Client, presented: &PresentedToken) -> Result<Subject, Refusal> {
    match presented.token_type {
        TokenType::AccessToken => of_access_token(context, client, &presented.token).await,
        TokenType::IdToken => of_id_token(context, client, &presented.token).await,
        _ => Err(invalid_request("The subject_token_type is not supported", "subject_token_type")),
    }
}

fn refused(reason: &'static str) -> Refusal {
    invalid_request("The subject_token is not valid, or not this client's to exchange", reason)
}

async fn of_access_token(context: &Context, client: &Client, token: &str) -> Result<Subject, Refusal> {
    let claims = access::live(context, token).await?.map_err(|fault| refused(fault.reason()))?;
    if !may_present(context, client, &claims).await? {
        return Err(refused("subject_token_foreign"));
    }
    let authority = Authority::of_token(context.settings.issuer.as_str(), &claims);
    Ok(Subject { authority, jti: Some(claims.jti) })
}

/// The client that it was issued to, the resource server of its audience, or whom it names itself. Anyone else is a
/// confused deputy.
async fn may_present(context: &Context, client: &Client, claims: &AccessTokenClaims) -> Result<bool, Refusal> {
    if claims.client_id == client.client_id {
        return Ok(true);
    }
    if let Some(named) = &claims.may_act {
        let same = named.client_id.as_ref().is_none_or(|client_id| *client_id == client.client_id);
        if named.sub == client.client_id && same {
            return Ok(true);
        }
    }
    context.serves_audience(client, &claims.aud).await
}

/// An ID token that was issued to this client stands for its grant and its session, and dies with them.
async fn of_id_token(context: &Context, client: &Client, token: &str) -> Result<Subject, Refusal> {
    let expect = Expect { typ: &[ID_TOKEN_TYP], algorithms: &keys::ALGORITHMS };
    let verified = context.keys.verification().verify(token, &expect);
    let claims: IdTokenClaims =
        verified.and_then(|verified| verified.claims()).map_err(|error| refused(unverified(error)))?;
    if claims.iss != context.settings.issuer.as_str() {
        return Err(refused("token_issuer_mismatch"));
    }
    if claims.exp <= context.now.unix_timestamp() {
        return Err(refused("token_expired"));
    }
    if claims.aud.single() != Some(client.client_id.as_str()) {
        return Err(refused("subject_token_foreign"));
    }
    let root = claims.chancery.ok_or_else(|| refused("id_token_without_grant"))?;
    let grant = storage::grants::live_with_session(&context.database, GrantId(root.grant), context.now).await?;
    let grant = grant.filter(|grant| grant.client_key == client.key).ok_or_else(|| refused("grant_ended"))?;
    let session = grant.session_id.map(|session| session.uuid());
    let authority = Authority::of_grant(context, client, &grant).until(claims.exp).depending_on(session);
    Ok(Subject { authority, jti: None })
}

fn unverified(error: VerifyError) -> &'static str {
    match error {
        VerifyError::Type => "token_type_mismatch",
        VerifyError::UnknownKey => "token_key_unknown",
        VerifyError::Signature => "token_signature_wrong",
        _ => "token_malformed",
    }
}

/// The subject under the name by which the exchanging client knows it.
///
/// # Errors
/// `Refusal::Unavailable` when it cannot be known.
pub(super) async fn renamed(context: &Context, client: &Client, of: Subject) -> Result<Subject, Refusal> {
    let Subject { authority, jti } = of;
    let Some(user) = person(context, &authority).await? else { return Ok(Subject { authority, jti }) };
    let name = subject::of(context, client, user);
    Ok(Subject { authority: authority.known_as(name, user), jti })
}

/// The person behind a subject; `None`: a client.
async fn person(context: &Context, authority: &Authority) -> Result<Option<UserId>, Refusal> {
    if !authority.speaks_of_a_person() {
        return Ok(None);
    }
    if let Some(user) = subject::person_of_public(authority.subject()) {
        return Ok(Some(user));
    }
    // A pairwise subject cannot be read back; its grant knows.
    let owner = storage::grants::owner(&context.database, authority.grant()).await?;
    owner.map(Some).ok_or_else(|| refused("grant_ended"))
}
