//! The buttons of the page. Each does one thing, keeps what came of it, and shows the page again.

use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{PageError, error::problem, session_id};
use crate::{
    DemoConfig,
    calls::pretty,
    clock,
    http::HttpError,
    relying_party::RpError,
    sessions::{Call, CallReport, Delegation, Holder, Problem, SignedIn, same},
    state::{SharedState, State as Demo},
    wire::FormRequest,
};

/// The fields of every form of the page.
#[derive(Deserialize)]
pub(super) struct Fields {
    csrf: String,
    #[serde(default)]
    call: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    scope: String,
}

/// Who pressed the button.
pub(super) struct Presser {
    pub(super) id: String,
    pub(super) person: SignedIn,
    pub(super) now: i64,
}

/// The person of the session, if the form was ours.
pub(super) fn presser(demo: &Demo, jar: &CookieJar, fields: &Fields) -> Result<Presser, PageError> {
    let now = clock::now();
    let id = session_id(&demo.config, jar).ok_or(PageError::NotSignedIn)?;
    let seen = demo.sessions.with(&id, now, |session| (session.signed_in.clone(), same(&session.csrf, &fields.csrf)));
    let (person, ours) = seen.ok_or(PageError::NotSignedIn)?;
    let person = person.ok_or(PageError::NotSignedIn)?;
    if !ours {
        let text = "The form is out of date, or it came from another site. Nothing was done.";
        return Err(match PageError::unexpected(&demo.config, "That form was not ours", text) {
            PageError::Page(_, page) => PageError::Page(StatusCode::FORBIDDEN, page),
            other => other,
        });
    }
    Ok(Presser { id, person, now })
}

fn back_to(step: &str) -> Response {
    Redirect::to(&format!("/#{step}")).into_response()
}

/// `POST /refresh`: new tokens, with `scope=narrow` without the permission to write.
pub(super) async fn refresh(
    State(demo): State<SharedState>,
    jar: CookieJar,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let Presser { id, person, now } = presser(&demo, &jar, &fields)?;
    let narrow: &[&str] = &["openid", "profile", "email", "read"];
    let scope = (fields.scope == "narrow").then_some(narrow);
    let fresh = demo.relying_party.refresh(&person.tokens, &person.nonce, scope).await;
    demo.sessions.with_signed_in(&id, now, |known| match fresh {
        Ok(tokens) => {
            known.refreshed = Some(Ok(std::mem::replace(&mut known.tokens, tokens)));
            // What the old token could do says nothing about the new one.
            known.calls.retain(|(holder, _), _| *holder != Holder::App);
            known.introspected.remove(&Holder::App);
            known.revoked = None;
        }
        Err(error) => known.refreshed = Some(Err(problem(&demo.config, &error))),
    });
    Ok(back_to("tokens"))
}

/// `POST /call`: one call with one of the two tokens.
pub(super) async fn call(
    State(demo): State<SharedState>,
    jar: CookieJar,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let Presser { id, person, now } = presser(&demo, &jar, &fields)?;
    let wanted = Call::named(&fields.call).zip(Holder::named(&fields.token));
    let (Some((call, holder)), Some(token)) = (wanted, token(&person, &fields.token)) else {
        return Ok(back_to("calls"));
    };
    let answer = call.make(&demo.http, &demo.config.public_url, token).await;
    let report = answer.unwrap_or_else(|error| CallReport {
        status: 0,
        reason: "No answer".to_owned(),
        challenge: None,
        body: error.to_string(),
    });
    demo.sessions.with_signed_in(&id, now, |known| {
        known.calls.insert((holder, call), report);
        known.latest_call = Some((holder, call));
    });
    Ok(back_to(match holder {
        Holder::App => "calls",
        Holder::DemoApi => "delegated-calls",
    }))
}

/// The token that a form names.
fn token<'a>(person: &'a SignedIn, name: &str) -> Option<&'a str> {
    match Holder::named(name)? {
        Holder::App => Some(&person.tokens.access_token),
        Holder::DemoApi => match person.delegation.as_ref()? {
            Ok(delegation) => Some(&delegation.token),
            Err(_) => None,
        },
    }
}

/// `POST /exchange`: asks the Demo API for a report, for which it must exchange the token.
pub(super) async fn exchange(
    State(demo): State<SharedState>,
    jar: CookieJar,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let Presser { id, person, now } = presser(&demo, &jar, &fields)?;
    let url = format!("{}/report", demo.config.api_resource);
    let request = demo.http.request(reqwest::Method::GET, &url);
    let answer = demo.http.send(request.bearer_auth(&person.tokens.access_token)).await;
    let outcome = delegation(answer.map(|response| response.into_body()));
    demo.sessions.with_signed_in(&id, now, |known| {
        known.delegation = Some(outcome);
        known.calls.retain(|(holder, _), _| *holder != Holder::DemoApi);
        known.introspected.remove(&Holder::DemoApi);
    });
    Ok(back_to("behalf"))
}

fn delegation(answer: Result<Vec<u8>, HttpError>) -> Result<Delegation, Problem> {
    let failed = |text: String| Problem { title: "The Demo API could not get a report".to_owned(), text };
    let body = answer.map_err(|error| failed(error.to_string()))?;
    let body: Value = serde_json::from_slice(&body).map_err(|error| failed(error.to_string()))?;
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    match text("/for_teaching/token") {
        "" => Err(failed(format!("{}: {}", text("/error"), text("/error_description")))),
        token => Ok(Delegation {
            token: token.to_owned(),
            report: pretty(body["report"].to_string().as_bytes()),
            exchange: text("/for_teaching/exchange").to_owned(),
        }),
    }
}

/// `POST /introspect`: asks the issuer about one of the two tokens (RFC 7662). Each holder asks
/// about its own.
pub(super) async fn introspect(
    State(demo): State<SharedState>,
    jar: CookieJar,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let Presser { id, person, now } = presser(&demo, &jar, &fields)?;
    let Some((holder, token)) = Holder::named(&fields.token).zip(token(&person, &fields.token)) else {
        return Ok(back_to("ask"));
    };
    let answer = ask(&demo, holder, token).await;
    let answer = answer.map_err(|error| problem(&demo.config, &error));
    demo.sessions.with_signed_in(&id, now, |known| known.introspected.insert(holder, answer));
    Ok(back_to("ask"))
}

async fn ask(demo: &Demo, holder: Holder, token: &str) -> Result<Map<String, Value>, RpError> {
    let issuer = demo.relying_party.issuer().await?;
    let endpoint = issuer.extra.introspection_endpoint.as_ref();
    let missing = || RpError::Unacceptable("the issuer has no introspection_endpoint".to_owned());
    let body = post_token(demo, endpoint.ok_or_else(missing)?.as_str(), holder, token).await?;
    serde_json::from_slice(&body).map_err(|error| RpError::Unacceptable(error.to_string()))
}

/// `POST /revoke`: withdraws the app's access token (RFC 7009), and asks about both afterwards.
pub(super) async fn revoke(
    State(demo): State<SharedState>,
    jar: CookieJar,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let Presser { id, person, now } = presser(&demo, &jar, &fields)?;
    let outcome = withdraw(&demo, &person.tokens.access_token).await;
    let mut asked = vec![];
    for holder in [Holder::App, Holder::DemoApi] {
        if let Some(token) = token(&person, holder.name()) {
            let answer = ask(&demo, holder, token).await;
            asked.push((holder, answer.map_err(|error| problem(&demo.config, &error))));
        }
    }
    demo.sessions.with_signed_in(&id, now, |known| {
        known.revoked = Some(outcome.map_err(|error| problem(&demo.config, &error)));
        known.introspected.extend(asked);
    });
    Ok(back_to("ask"))
}

async fn withdraw(demo: &Demo, token: &str) -> Result<(), RpError> {
    let issuer = demo.relying_party.issuer().await?;
    let endpoint = issuer.extra.revocation_endpoint.as_ref();
    let missing = || RpError::Unacceptable("the issuer has no revocation_endpoint".to_owned());
    post_token(demo, endpoint.ok_or_else(missing)?.as_str(), Holder::App, token).await?;
    Ok(())
}

/// Posts a token to the issuer with the credentials of its holder.
async fn post_token(demo: &Demo, url: &str, holder: Holder, token: &str) -> Result<Vec<u8>, RpError> {
    let (client_id, secret) = credentials(&demo.config, holder);
    let request = FormRequest::post(url).basic(client_id, secret).token_field("token", token);
    let response = request.send(&demo.http).await;
    let response = response.map_err(|error| RpError::Unreachable(error.to_string()))?;
    if response.status().is_success() {
        return Ok(response.into_body());
    }
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let text = |member: &str| body[member].as_str().map(str::to_owned);
    Err(RpError::Refused {
        error: text("error").unwrap_or_else(|| format!("status {}", response.status().as_u16())),
        description: text("error_description").unwrap_or_default(),
    })
}

fn credentials(config: &DemoConfig, holder: Holder) -> (&str, &str) {
    match holder {
        Holder::App => (&config.client_id, &config.client_secret),
        Holder::DemoApi => (&config.api_client_id, &config.api_client_secret),
    }
}
