//! `/login`: the first step, with a password, and the ways to other first steps.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    Refusal,
    authorize::{Next, Page},
    factors::passkey,
    sessions::SignedIn,
    sign_in::{Journey, OwnJourney, Proven, password},
};

use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        form::OwnForm,
        view::{LoginPage, PasskeyView},
        visit::Visit,
    },
    paths,
};

/// `GET /login`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let Query(params) = match query {
        Ok(query) => query,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    let outcome = open(&visit, &params).await;
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

/// The page for a journey, if it is still to be seen. Without one, they are on the way to the first page.
async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let journey = if params.contains("request") {
        anew(visit, visit.arrive(params).await?.journey)
    } else {
        Journey::Own(OwnJourney::to(&visit.call, paths::HOME))
    };
    let session = visit.signed_in().await?;
    match journey.advance(&visit.call, session.as_ref()).await? {
        Next::Show(page @ (Page::SignIn | Page::SignInAgain)) => {
            let again = session.as_ref().filter(|_| page == Page::SignInAgain);
            Form::of(visit, &journey, again)?.show(visit, StatusCode::OK, None).await
        }
        next => visit.follow_journey(&journey, next),
    }
}

/// A journey to a page of ours that is opened anew begins anew, unless it tells since when a sign-in counts.
pub(super) fn anew(visit: &Visit, journey: Journey) -> Journey {
    match journey {
        Journey::Own(own) if !own.again => Journey::Own(OwnJourney { started_at: visit.call.now, ..own }),
        journey => journey,
    }
}

/// What the page is made of.
pub(super) struct Form<'a> {
    request: String,
    journey: &'a Journey,
    username: String,
    /// The session whose person must sign in again.
    again: Option<&'a SignedIn>,
}

impl<'a> Form<'a> {
    pub(super) fn of(visit: &Visit, journey: &'a Journey, again: Option<&'a SignedIn>) -> Result<Self, Stop> {
        let hint = journey.flow().and_then(|flow| flow.authorization.login_hint.as_deref());
        let username = hint.filter(|hint| hint.len() <= 320).unwrap_or_default().to_owned();
        Ok(Self { request: visit.seal_journey(journey)?, journey, username, again })
    }

    pub(super) async fn show(
        &self,
        visit: &Visit,
        status: StatusCode,
        error: Option<fn(Locale) -> Text>,
    ) -> Result<Response, Stop> {
        let app = visit.app_of(self.journey).await;
        let passkey = self.passkey(visit).await?;
        let frame = visit.frame(self.journey.ui_locales());
        let texts = frame.texts;
        let flow = self.journey.flow();
        let switch = format!("{}?request={}", visit.path(paths::SELECT_ACCOUNT), self.request);
        let page = LoginPage {
            request: Some(&self.request),
            username: &self.username,
            error: error.map(|error| error(texts)),
            app,
            reauthenticate: self.again.map(|session| session.username.as_str()),
            switch: self.again.and(flow).map(|_| switch.as_str()),
            action: &visit.path(paths::LOGIN),
            passkey,
            passkey_action: &visit.path(paths::PASSKEY),
            frame,
        };
        let mut response = visit.show(status, &texts.tag(), &page);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        Ok(visit.with_cookie(response))
    }

    /// Whoever must sign in again is asked for a passkey of their own.
    async fn passkey(&self, visit: &Visit) -> Result<Option<PasskeyView>, Stop> {
        let binding = visit.browser.binding();
        let asked = match self.again {
            Some(session) => passkey::ask(&visit.call, binding, session.user_id).await,
            None => passkey::ask_anybody(&visit.call, binding),
        };
        match asked {
            Ok(asked) => Ok(asked.map(PasskeyView::from)),
            // The page is of use without it.
            Err(Refusal::Unavailable { .. }) => Ok(None),
            Err(refusal) => Err(refusal.into()),
        }
    }
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let arrived = visit.arrive(&form.0).await?;
    let anew = visit.must_be_shown_anew(&arrived)?;
    let session = visit.signed_in().await?;
    let again = session.as_ref().and_then(|session| arrived.journey.only(&visit.call, session));
    let (status, text) = if anew {
        // What was typed is gone, so they are told why they see the form once more.
        (StatusCode::BAD_REQUEST, Locale::sign_in_error_expired as fn(Locale) -> Text)
    } else {
        match check(visit, form, again).await? {
            Checked::Right(proven) => {
                match visit.proceed_from(arrived.journey.clone(), proven, form.keeps_passkeys()?).await? {
                    Some(response) => return Ok(response),
                    None => (StatusCode::BAD_REQUEST, Locale::sign_in_error_wrong as fn(Locale) -> Text),
                }
            }
            Checked::Failed(status, text) => (status, text),
        }
    };
    let journey = if anew { self::anew(visit, arrived.journey) } else { arrived.journey };
    let typed = form.field("username")?.unwrap_or_default().to_owned();
    let page = Form { username: typed, ..Form::of(visit, &journey, again)? };
    page.show(visit, status, Some(text)).await
}

enum Checked {
    Right(Proven),
    /// What the page says, and with which status.
    Failed(StatusCode, fn(Locale) -> Text),
}

/// Checks name and password. Whoever is asked to sign in again cannot become another.
async fn check(visit: &Visit, form: &OwnForm, again: Option<&SignedIn>) -> Result<Checked, Stop> {
    let (Some(username), Some(password)) = (form.field("username")?, form.field("password")?) else {
        return Ok(Checked::Failed(StatusCode::BAD_REQUEST, Locale::sign_in_error_missing));
    };
    match password::verify(&visit.call, username, password.into()).await {
        Ok(Some(proven)) if again.is_none_or(|only| only.user_id == proven.user_id) => Ok(Checked::Right(proven)),
        Ok(_) => Ok(Checked::Failed(StatusCode::BAD_REQUEST, Locale::sign_in_error_wrong)),
        Err(Refusal::Unavailable { .. }) => {
            Ok(Checked::Failed(StatusCode::SERVICE_UNAVAILABLE, Locale::sign_in_error_unavailable))
        }
        Err(refusal) => Err(refusal.into()),
    }
}
