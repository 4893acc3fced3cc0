//! `/sign-in` and `/callback`: there and back again.

use std::collections::{BTreeMap, HashMap};

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;

use super::{PageError, error::problem, session_cookie, session_id};
use crate::{
    clock,
    jwt::Jwt,
    relying_party::{RpError, Tokens},
    sessions::{Notice, Pending, SignedIn},
    state::{SharedState, State as Demo},
    wire::{FormRequest, show_url},
};

/// The longest list of `acr_values` that is passed on.
const LONGEST: usize = 100;

/// Sends the browser to the issuer, with the `acr_values` that an API asked for, if it did.
pub(super) async fn begin(
    State(demo): State<SharedState>,
    jar: CookieJar,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let asked = parameters(&query.unwrap_or_default()).unwrap_or_default().remove("acr_values").unwrap_or_default();
    let acr_values: Vec<&str> = asked.split_ascii_whitespace().filter(|_| asked.len() <= LONGEST).collect();
    let outgoing = demo.relying_party.begin(&acr_values).await;
    let outgoing = outgoing.map_err(|error| PageError::issuer(&demo.config, &error))?;
    let pending = Pending {
        shown: show_url(&outgoing.url),
        state: outgoing.state,
        nonce: outgoing.nonce,
        verifier: outgoing.verifier,
    };
    let known = session_id(&demo.config, &jar);
    let id = demo.sessions.begin(known.as_deref(), clock::now(), pending);
    let jar = jar.add(session_cookie(&demo.config, id));
    Ok((jar, Redirect::to(outgoing.url.as_str())).into_response())
}

/// Takes the answer of the issuer (RFC 6749 section 4.1.2, RFC 9207), which is believed once,
/// and only in the browser that asked.
pub(super) async fn callback(
    State(demo): State<SharedState>,
    jar: CookieJar,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let config = &demo.config;
    let now = clock::now();
    let id = session_id(config, &jar).unwrap_or_default();
    let strange = |text| PageError::unexpected(config, "This answer was not expected", text);
    let answer =
        parameters(&query.unwrap_or_default()).ok_or_else(|| strange("A parameter of the answer is repeated."))?;
    let text = |name: &str| answer.get(name).map(String::as_str);
    let pending = text("state")
        .and_then(|state| demo.sessions.take_pending(&id, now, state))
        .ok_or_else(|| strange("It does not belong to a sign-in that this browser began, or it was used already."))?;
    check_issuer(&demo, text("iss")).await.map_err(|error| PageError::issuer(config, &error))?;
    if let Some(error) = text("error") {
        if error == "access_denied" {
            demo.sessions.with(&id, now, |session| session.notice = Some(Notice::Denied));
            return Ok(Redirect::to("/").into_response());
        }
        let error = RpError::Refused {
            error: error.to_owned(),
            description: text("error_description").unwrap_or_default().to_owned(),
        };
        return Err(PageError::issuer(config, &error));
    }
    let code = text("code").ok_or_else(|| strange("It holds neither a code nor an error."))?;
    let tokens = demo
        .relying_party
        .redeem(code.to_owned(), pending.verifier.clone(), &pending.nonce)
        .await
        .map_err(|error| PageError::issuer(config, &error))?;
    let person = signed_in(&demo, tokens, pending, &answer).await;
    let id = demo
        .sessions
        .sign_in(&id, now, person)
        .ok_or_else(|| strange("The session at Chancery ended while you were on your way back. Sign in again."))?;
    Ok((jar.add(session_cookie(config, id)), Redirect::to("/")).into_response())
}

/// The parameters of the answer. `None` where one is repeated.
fn parameters(query: &str) -> Option<HashMap<String, String>> {
    let mut answer = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if answer.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    Some(answer)
}

/// Another issuer's answer must not be mixed up with ours (RFC 9207 section 2.4).
async fn check_issuer(demo: &Demo, iss: Option<&str>) -> Result<(), RpError> {
    let expected = demo.relying_party.issuer().await?;
    match iss {
        Some(iss) if iss == demo.config.issuer => Ok(()),
        None if !expected.extra.authorization_response_iss_parameter_supported => Ok(()),
        Some(_) => Err(RpError::Unacceptable("it comes from another issuer".to_owned())),
        None => Err(RpError::Unacceptable("it does not say which issuer it is from".to_owned())),
    }
}

async fn signed_in(demo: &Demo, tokens: Tokens, pending: Pending, answer: &HashMap<String, String>) -> SignedIn {
    let userinfo = demo.relying_party.userinfo(&tokens).await;
    let sid = Jwt::parse(&tokens.id_token).ok().and_then(|jwt| Some(jwt.text("sid")?.to_owned()));
    SignedIn {
        userinfo: userinfo.map_err(|error| problem(&demo.config, &error)),
        shown: requests(demo, &pending, answer),
        nonce: pending.nonce,
        sid,
        tokens,
        refreshed: None,
        delegation: None,
        calls: BTreeMap::new(),
        latest_call: None,
        introspected: BTreeMap::new(),
        revoked: None,
    }
}

/// What went over the wire, for reading: there, back, and the code for the tokens.
fn requests(demo: &Demo, pending: &Pending, answer: &HashMap<String, String>) -> Vec<String> {
    let config = &demo.config;
    let mut back = vec![format!("GET {}", config.redirect_uri()), String::new()];
    let mut parameters: Vec<_> = answer.iter().collect();
    parameters.sort();
    back.extend(parameters.into_iter().map(|(name, value)| format!("{name} = {value}")));
    let code = answer.get("code").map(String::as_str).unwrap_or_default();
    let redeem = FormRequest::post(&config.token_endpoint())
        .basic(&config.client_id, &config.client_secret)
        .field("grant_type", "authorization_code")
        .field("code", code)
        .field("redirect_uri", &config.redirect_uri())
        .field("code_verifier", &pending.verifier)
        .field("resource", &config.api_resource);
    vec![pending.shown.clone(), back.join("\n"), redeem.shown()]
}
