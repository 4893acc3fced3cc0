//! `/login`: signing in with a password, for an authorization request or for nothing but itself.

use std::time::Duration;

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    Refusal,
    authorize::{Flow, Next, Page, RequestState, interaction, respond},
    browser_state::{self, Errand, Origin},
    sessions::{self, Arrival, CookieId, SignedIn},
    sign_in::{Proof, password},
};

use super::{
    flow::{Stop, app_view},
    form::OwnForm,
    view::{LoginPage, Problem},
    visit::{Visit, retry_after_header},
};
use crate::{
    extract::{Query, params::Unreadable},
    paths, session,
};

/// `GET /login`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let Query(params) = match query {
        Ok(query) => query,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    let outcome = if params.contains("request") { open(&visit, &params).await } else { alone(&visit).await };
    visit.finish(outcome)
}

/// `POST /login`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let form = match form {
        Ok(form) => form,
        Err(response) => return response,
    };
    let outcome = submit(&visit, &form).await;
    visit.finish(outcome)
}

/// The page for an authorization request, if it is still to be seen.
async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let flow = visit.reopen(params).await?.flow;
    let session = visit.signed_in().await?;
    match interaction::advance(&visit.call, &flow, session.as_ref()).await? {
        Next::Show(page @ (Page::SignIn | Page::SignInAgain)) => {
            Form::of(visit, &flow, page, session.as_ref())?.show(visit, StatusCode::OK, None)
        }
        next => visit.follow(&flow, next),
    }
}

/// The page that nobody asked for.
async fn alone(visit: &Visit) -> Result<Response, Stop> {
    match visit.signed_in().await? {
        Some(_) => Ok(visit.see_other(&visit.path(paths::HOME))),
        None => Form::alone(visit)?.show(visit, StatusCode::OK, None),
    }
}

/// What the page is made of.
struct Form<'a> {
    request: String,
    flow: Option<&'a Flow>,
    username: String,
    /// The session whose person must sign in again.
    again: Option<&'a SignedIn>,
}

impl<'a> Form<'a> {
    fn of(visit: &Visit, flow: &'a Flow, page: Page, session: Option<&'a SignedIn>) -> Result<Self, Stop> {
        let again = session.filter(|_| page == Page::SignInAgain);
        let hint = flow.authorization.login_hint.as_deref().filter(|hint| hint.len() <= 320);
        Ok(Self {
            request: visit.seal(&flow.state)?,
            flow: Some(flow),
            username: hint.unwrap_or_default().to_owned(),
            again,
        })
    }

    fn alone(visit: &Visit) -> Result<Self, Stop> {
        let request = browser_state::seal(&visit.call, Errand::SignIn, visit.browser.binding(), visit.call.now, &())?;
        Ok(Self { request, flow: None, username: String::new(), again: None })
    }

    fn show(&self, visit: &Visit, status: StatusCode, error: Option<Said>) -> Result<Response, Stop> {
        let frame = visit.frame(self.flow.and_then(|flow| flow.state.sent.ui_locales.as_deref()));
        let texts = frame.texts;
        let switch = format!("{}?request={}", visit.path(paths::SELECT_ACCOUNT), self.request);
        let page = LoginPage {
            request: Some(&self.request),
            username: &self.username,
            error: error.map(|said| said.text(texts)),
            app: self.flow.map(|flow| app_view(&flow.authorization)),
            reauthenticate: self.again.map(|session| session.username.as_str()),
            switch: self.again.map(|_| switch.as_str()),
            action: &visit.path(paths::LOGIN),
            frame,
        };
        let mut response = visit.show(status, &texts.tag(), &page);
        if let Some(Said::Wait(wait)) = error {
            response = retry_after_header(response, wait);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        Ok(visit.with_cookie(response))
    }
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let sealed = form.field("request")?.ok_or(Stop::Problem(Problem::Forged))?;
    let own: Option<browser_state::Opened<()>> =
        browser_state::open(&visit.call, Errand::SignIn, visit.browser.binding(), sealed);
    match own {
        Some(own) => submit_alone(visit, form, &own).await,
        None => submit_for_request(visit, form).await,
    }
}

async fn submit_alone(visit: &Visit, form: &OwnForm, own: &browser_state::Opened<()>) -> Result<Response, Stop> {
    let session = visit.signed_in().await?;
    let page = Form { username: typed(form)?.to_owned(), ..Form::alone(visit)? };
    if own.expired || own.origin == Origin::Elsewhere {
        if !visit.browser.is_known() {
            return Err(Stop::Problem(Problem::OtherBrowser));
        }
        return page.show(visit, StatusCode::BAD_REQUEST, Some(Said::Plain(Locale::sign_in_error_expired)));
    }
    match sign_in(visit, form, &Place { session: session.as_ref(), only: None, request: None }).await? {
        Attempt::SignedIn(_) => Ok(visit.see_other(&visit.path(paths::HOME))),
        Attempt::Failed(status, text) => page.show(visit, status, Some(text)),
    }
}

async fn submit_for_request(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let reopened = visit.reopen(&form.0).await?;
    let elsewhere = visit.came_from_elsewhere(&reopened)?;
    let flow = reopened.flow;
    let session = visit.signed_in().await?;
    let again = session.as_ref().filter(|session| interaction::must_be_same_person(&visit.call, &flow, session));
    let attempt = if elsewhere {
        // What was typed is gone, so they are told why they see the form once more.
        Attempt::Failed(StatusCode::BAD_REQUEST, Said::Plain(Locale::sign_in_error_expired))
    } else {
        sign_in(visit, form, &Place { session: session.as_ref(), only: again, request: Some(&flow.state) }).await?
    };
    let (status, text) = match attempt {
        Attempt::SignedIn(signed_in) => {
            let flow = Flow { state: flow.state.authenticated_by(&signed_in), ..flow };
            let next = interaction::advance(&visit.call, &flow, Some(&signed_in)).await?;
            return visit.follow(&flow, next);
        }
        Attempt::Failed(status, text) => (status, text),
    };
    let page = if again.is_some() { Page::SignInAgain } else { Page::SignIn };
    let page = Form { username: typed(form)?.to_owned(), ..Form::of(visit, &flow, page, session.as_ref())? };
    page.show(visit, status, Some(text))
}

fn typed(form: &OwnForm) -> Result<&str, Stop> {
    Ok(form.field("username")?.unwrap_or_default())
}

enum Attempt {
    SignedIn(SignedIn),
    /// What the page says, and with which status.
    Failed(StatusCode, Said),
}

/// What a page says to somebody who is not signed in.
#[derive(Clone, Copy)]
enum Said {
    Plain(fn(Locale) -> Text),
    /// There were too many attempts.
    Wait(Duration),
}

impl Said {
    fn text(self, texts: Locale) -> Text {
        match self {
            Self::Plain(text) => text(texts),
            Self::Wait(wait) => texts.throttled(wait),
        }
    }
}

/// Where somebody signs in.
struct Place<'a> {
    /// Who is signed in until now.
    session: Option<&'a SignedIn>,
    /// The one person who may.
    only: Option<&'a SignedIn>,
    /// The authorization request that it is for.
    request: Option<&'a RequestState>,
}

/// Checks name and password, and signs the person in.
async fn sign_in(visit: &Visit, form: &OwnForm, place: &Place<'_>) -> Result<Attempt, Stop> {
    let (Some(username), Some(password)) = (form.field("username")?, form.field("password")?) else {
        return Ok(Attempt::Failed(StatusCode::BAD_REQUEST, Said::Plain(Locale::sign_in_error_missing)));
    };
    let wrong = Attempt::Failed(StatusCode::BAD_REQUEST, Said::Plain(Locale::sign_in_error_wrong));
    let proof = match password::verify(&visit.call, username, password.into()).await {
        Ok(Some(proof)) if place.only.is_none_or(|only| only.user_id == proof.user_id) => proof,
        Ok(_) => return Ok(wrong),
        Err(Refusal::Unavailable { .. }) => {
            let said = Said::Plain(Locale::sign_in_error_unavailable);
            return Ok(Attempt::Failed(StatusCode::SERVICE_UNAVAILABLE, said));
        }
        Err(Refusal::Throttled { retry_after }) => {
            return Ok(Attempt::Failed(StatusCode::TOO_MANY_REQUESTS, Said::Wait(retry_after)));
        }
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(match establish(visit, &proof, place).await? {
        Some(signed_in) => Attempt::SignedIn(signed_in),
        None => wrong,
    })
}

async fn establish(visit: &Visit, proof: &Proof, place: &Place<'_>) -> Result<Option<SignedIn>, Stop> {
    let new_cookie = CookieId::random();
    let twin = match place.request {
        Some(request) => respond::answered_in(&visit.call, request, proof.user_id).await?,
        None => None,
    };
    let arrival =
        Arrival { previous: place.session, twin, old_cookie: session::current_cookie(&visit.session), new_cookie };
    let signed_in = sessions::establish(&visit.call, proof, &arrival).await?;
    if signed_in.is_some() {
        session::renew_cookie(&visit.session, new_cookie).await?;
    }
    Ok(signed_in)
}
