//! What a person allows an application: asked once per client, resource and scope, and remembered.

use protocol::{
    authorization::{AuthorizationResponse, Outcome},
    claims::{ClaimsRequest, scope_of_claim},
    client_metadata::ApplicationType,
    error::{ErrorCode, OAuthError},
    scope::{ScopePair, ScopePairs},
};
use storage::consents;
use url::Url;

use super::{
    Authorization, Flow, Next, interaction,
    respond::{self, Condition},
    state,
};
use crate::{Context, refusal::Refusal, registry::Client, scope_resolution::Resolved, sessions::SignedIn};

/// When a client's requests need an answer of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// It belongs to the house, and nobody can pretend to be it.
    Never,
    /// For what was not allowed before.
    Once,
    /// Whoever listens on a loopback port or claims a private scheme may pretend to be the app (RFC 8252
    /// section 8.6), or the client wants it so.
    EachTime,
}

pub(super) fn asking(authorization: &Authorization) -> Asking {
    let client = &authorization.client;
    if authorization.prompts.consent || can_be_impersonated(client, &authorization.reply.redirect_uri) {
        Asking::EachTime
    } else if client.metadata.first_party {
        Asking::Never
    } else {
        Asking::Once
    }
}

/// What the person is asked for. A claim that was asked for by name (OpenID Connect Core section 5.5) stands under the
/// scope that it belongs to; an API for which a token would come out without a scope there, under an empty one.
pub(super) fn pairs(issuer: &str, resolved: &Resolved, claims: &ClaimsRequest) -> ScopePairs {
    let mut pairs = resolved.pairs.clone();
    pairs.extend(claims.names().filter_map(scope_of_claim).map(|scope| ScopePair::new(issuer, scope)));
    let bare = resolved.default_resource.iter().filter(|resource| !resolved.pairs.has_resource(resource));
    pairs.extend(bare.map(|resource| ScopePair::new(resource, "")));
    pairs
}

/// Whether another app on the same device could receive the answer.
fn can_be_impersonated(client: &Client, redirect_uri: &str) -> bool {
    client.metadata.application_type == ApplicationType::Native
        && Url::parse(redirect_uri).is_ok_and(|url| url.scheme() != "https")
}

/// What became of an answer on the consent page.
#[derive(Debug)]
pub enum Answered {
    /// It counts; this comes next.
    Next(Next),
    /// The page was shown to somebody else than who is signed in now, in another session, or asked for something
    /// else than would be allowed now: ask again.
    SeenOtherwise,
}

/// Remembers that the person allows it, and issues the code.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn allow(context: &Context, flow: &Flow, session: Option<&SignedIn>) -> Result<Answered, Refusal> {
    let session = match shown_to(context, flow, session) {
        Ok(session) => session,
        Err(instead) => return Ok(instead),
    };
    let authorization = &flow.authorization;
    if flow.state.shown.as_ref() != Some(&state::digest(&authorization.consent_pairs)) {
        return Ok(Answered::SeenOtherwise);
    }
    let mut entry = context.entry_of(("consent.given", "ok"), (session.user_id, session.trail_key.as_deref()))?;
    entry.session_id = Some(session.session_id.uuid());
    entry.client_id = Some(authorization.client.client_id.clone());
    entry.detail = Some(serde_json::json!({ "pairs": authorization.consent_pairs }));
    let mut tx = context.database.begin().await?;
    consents::remember(&mut tx, session.user_id, authorization.client.key, &authorization.consent_pairs, context.now)
        .await
        .map_err(respond::gone_meanwhile)?;
    storage::journal::append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Answered::Next(interaction::answer(context, flow, session, Condition::Unconditional).await?))
}

/// Tells the client that the person said no.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn deny(context: &Context, flow: &Flow, session: Option<&SignedIn>) -> Result<Answered, Refusal> {
    let session = match shown_to(context, flow, session) {
        Ok(session) => session,
        Err(instead) => return Ok(instead),
    };
    let event = ("consent.denied", "access_denied");
    let mut entry = context.entry_of(event, (session.user_id, session.trail_key.as_deref()))?;
    entry.session_id = Some(session.session_id.uuid());
    entry.client_id = Some(flow.authorization.client.client_id.clone());
    let mut tx = context.database.begin().await?;
    storage::journal::append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Answered::Next(Next::Answer(denied(context, &flow.authorization))))
}

fn denied(context: &Context, authorization: &Authorization) -> AuthorizationResponse {
    let error = OAuthError::new(ErrorCode::AccessDenied, "The person did not allow it");
    authorization.reply.with(context, Outcome::Error(error))
}

/// The person who answers is the one who was asked, and signed in well enough.
fn shown_to<'s>(context: &Context, flow: &Flow, session: Option<&'s SignedIn>) -> Result<&'s SignedIn, Answered> {
    if session.map(|session| session.session_id) != flow.state.shown_to {
        return Err(Answered::SeenOtherwise);
    }
    interaction::signed_in_for(context, flow, session).map_err(Answered::Next)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use protocol::{
        authorization::{Prompts, ResponseMode},
        client_metadata::ClientMetadata,
        scope::Scope,
    };
    use storage::id::{ClientKey, GrantId};

    use super::*;
    use crate::{authorize::Reply, tokens::person::Wishes};

    fn authorization(metadata: ClientMetadata, redirect_uri: &str, prompt: &str) -> Authorization {
        let client = Client {
            key: ClientKey::new(),
            client_id: "shop".to_owned(),
            metadata,
            enabled: true,
            standing_grant: GrantId::new(),
            resources: Vec::new(),
            scope: Scope::empty(),
            permissions: crate::roles::Permissions::NONE,
            secrets: Vec::new(),
        };
        Authorization {
            client: Arc::new(client),
            reply: Reply {
                redirect_uri: redirect_uri.to_owned(),
                redirect_uri_given: true,
                mode: ResponseMode::Query,
                state: None,
            },
            pairs: ScopePairs::new(),
            consent_pairs: ScopePairs::new(),
            default_resource: None,
            nonce: None,
            code_challenge: None,
            prompts: Prompts::parse(prompt).expect("valid prompts"),
            max_age: None,
            wishes: Wishes::default(),
            essential: None,
            need: crate::sign_in::Need::default(),
            subjects: None,
            login_hint: None,
        }
    }

    #[test]
    fn who_is_asked_when() {
        const WEB: ApplicationType = ApplicationType::Web;
        const NATIVE: ApplicationType = ApplicationType::Native;
        let table = [
            (WEB, false, "https://shop.test/cb", "", Asking::Once),
            (WEB, false, "http://localhost:8081/cb", "", Asking::Once),
            (WEB, false, "https://shop.test/cb", "consent", Asking::EachTime),
            (NATIVE, false, "http://127.0.0.1:5000/cb", "", Asking::EachTime),
            (NATIVE, false, "com.example.app:/cb", "", Asking::EachTime),
            (NATIVE, false, "https://app.shop.test/cb", "", Asking::Once),
            (WEB, true, "https://shop.test/cb", "", Asking::Never),
            (WEB, true, "https://shop.test/cb", "consent", Asking::EachTime),
            (NATIVE, true, "http://127.0.0.1:5000/cb", "", Asking::EachTime),
            (NATIVE, true, "https://app.shop.test/cb", "", Asking::Never),
        ];
        for (application_type, first_party, redirect_uri, prompt, expected) in table {
            let metadata = ClientMetadata { application_type, first_party, ..ClientMetadata::default() };
            let found = asking(&authorization(metadata, redirect_uri, prompt));
            assert_eq!(found, expected, "{application_type:?} {first_party} {redirect_uri} {prompt}");
        }
    }

    const ISSUER: &str = "https://id.test";
    const API: &str = "https://api.test";

    fn asked(held: &[(&str, &str)], target: Option<&str>, claims: &str) -> Vec<(String, String)> {
        let resolved = Resolved {
            pairs: held.iter().map(|(resource, scope)| ScopePair::new(*resource, *scope)).collect(),
            default_resource: target.map(str::to_owned),
        };
        pairs(ISSUER, &resolved, &ClaimsRequest::parse(claims).unwrap()).into_iter().map(Into::into).collect()
    }

    fn own(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(resource, scope)| ((*resource).to_owned(), (*scope).to_owned())).collect()
    }

    #[test]
    fn claims_are_asked_for_under_their_scopes() {
        let claims = r#"{"userinfo":{"email":null,"name#fr":null,"team":null},"id_token":{"email":null,"acr":null}}"#;
        let expected = own(&[(ISSUER, "email"), (ISSUER, "openid"), (ISSUER, "profile")]);
        assert_eq!(asked(&[(ISSUER, "openid")], None, claims), expected);
    }

    #[test]
    fn an_api_without_a_scope_is_asked_for() {
        assert_eq!(asked(&[(ISSUER, "openid")], Some(API), "{}"), own(&[(API, ""), (ISSUER, "openid")]));
        assert_eq!(asked(&[(API, "read")], Some(API), "{}"), own(&[(API, "read")]));
    }
}
