//! The code: written with its grant and its audit entry before it leaves, and with those of whoever else waits.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use storage::{
    StorageError,
    authorization_codes::{self, Inserted, Issuance, NewCode},
    grants::NewGrant,
    id::{GrantId, SessionId, UserId},
    sealed::{Purpose, sha256},
};

use super::{Flow, RequestState};
use crate::{Context, refusal::Refusal, sessions::SignedIn};

/// The longest that a code lives (RFC 6749 section 4.1.2 allows ten minutes; we do not).
const LONGEST: std::time::Duration = std::time::Duration::from_secs(60);

/// Whether a code may be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// Whatever the person allowed before.
    Unconditional,
    /// Only if the person has allowed all of it before.
    AllowedBefore,
}

/// The code that answers a request in this browser and session: as good as 256 random bits to whoever does not have the
/// key. It is derived, and not drawn, so that the second click on a button can be answered as the first one was; only
/// its hash is stored all the same.
fn code_for(context: &Context, state: &RequestState, session: SessionId) -> String {
    let (id, session) = (state.id.uuid(), session.uuid());
    let (_, mac) = context.sealing.mac(Purpose::Code, &[id.as_bytes(), &state.browser, session.as_bytes()]);
    format!("ac_{}", URL_SAFE_NO_PAD.encode(mac))
}

/// The session in which this person answered this request from this browser a moment ago, where the code of it was not
/// redeemed yet: the same sign-in, sent twice.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn answered_in(context: &Context, state: &RequestState, user: UserId) -> Result<Option<SessionId>, Refusal> {
    let Some(issued) = authorization_codes::of_request(&context.database, state.id, context.now).await? else {
        return Ok(None);
    };
    let session = issued.session_id.filter(|_| issued.user_id == Some(user.uuid())).map(SessionId);
    Ok(session.filter(|session| sha256(code_for(context, state, *session).as_bytes())[..] == issued.hash[..]))
}

/// Issues a code for this request. The first half is worth nothing unless the second is `Issued`: which it also is when
/// this very code was issued before and not redeemed yet.
///
/// # Errors
/// `Refusal::Unavailable`: no code was issued.
pub(super) async fn issue(
    context: &Context,
    flow: &Flow,
    session: &SignedIn,
    condition: Condition,
) -> Result<(String, Inserted), Refusal> {
    let code = code_for(context, &flow.state, session.session_id);
    let grant = grant(context, flow, session)?;
    let authorization = &flow.authorization;
    let new_code = NewCode {
        hash: sha256(code.as_bytes()),
        request_id: flow.state.id,
        redirect_uri: authorization.reply.redirect_uri.clone(),
        redirect_uri_given: authorization.reply.redirect_uri_given,
        code_challenge: authorization.code_challenge.clone().map(String::from),
        expires_at: context.now + context.settings.lifetimes.code.min(LONGEST),
        needs_consent: (condition == Condition::AllowedBefore).then(|| authorization.consent_pairs.clone()),
    };
    let event = ("authorization.granted", "ok");
    let mut entry = context.entry_of(event, (session.user_id, session.trail_key.as_deref()))?;
    entry.client_id = Some(authorization.client.client_id.clone());
    entry.detail = Some(serde_json::json!({ "pairs": grant.pairs }));
    let hash = new_code.hash;
    let mut inserted = context.spending.issue(Issuance { grant, code: new_code, entry }).await?;
    if inserted == Inserted::RequestSpent {
        let issued = authorization_codes::of_request(&context.database, flow.state.id, context.now).await?;
        if issued.is_some_and(|issued| issued.hash[..] == hash[..]) {
            inserted = Inserted::Issued;
        }
    }
    Ok((code, inserted))
}

/// The client or the person was deleted a moment ago: whoever comes back is told so.
pub(super) fn gone_meanwhile(error: StorageError) -> Refusal {
    match error {
        StorageError::Constraint(name) => Refusal::unavailable(format!("deleted meanwhile: {name}")),
        error => error.into(),
    }
}

fn grant(context: &Context, flow: &Flow, session: &SignedIn) -> Result<NewGrant, Refusal> {
    let authorization = &flow.authorization;
    let offline = authorization.pairs.contains(context.settings.issuer.as_str(), "offline_access");
    let lifetimes = &context.settings.lifetimes;
    Ok(NewGrant {
        id: GrantId::new(),
        parent_id: authorization.client.standing_grant,
        client_key: authorization.client.key,
        user_id: session.user_id,
        user_epoch: session.user_epoch,
        session_id: session.session_id,
        pairs: authorization.pairs.clone(),
        default_resource: authorization.default_resource.clone(),
        claims_request: authorization.wishes.to_json()?,
        nonce: authorization.nonce.clone(),
        auth_time: session.auth_time,
        acr: authorization.stated(session.acr).as_str().to_owned(),
        amr: session.amr.clone(),
        offline,
        created_at: context.now,
        expires_at: if offline { context.now + lifetimes.refresh_absolute } else { session.expires_at },
    })
}
