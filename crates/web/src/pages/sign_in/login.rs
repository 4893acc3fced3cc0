//! `/login`: the first step, with a password, and the ways to other first steps.

use axum::response::Response;
use messages::Locale;
use protocol::Params;
use provider::{
    Refusal,
    authorize::{Next, Page},
    factors::passkey,
    mail,
    people::sign_up,
    sessions::SignedIn,
    sign_in::{Journey, OwnJourney, Proven, mail_code, password},
};

use super::Said;
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        form::OwnForm,
        view::{LoginPage, PasskeyView, Ways},
        visit::Visit,
    },
    paths,
};

/// What `done` says after a password was reset.
pub const PASSWORD_CHANGED: &str = "password";

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
    let journey = anew(visit, visit.arrive_or_begin(params).await?.journey);
    let session = visit.signed_in().await?;
    match journey.advance(&visit.call, session.as_ref()).await? {
        Next::Show(page @ (Page::SignIn | Page::SignInAgain | Page::SignUp)) => {
            let again = session.as_ref().filter(|_| page == Page::SignInAgain);
            let done = params.get_once("done")? == Some(PASSWORD_CHANGED);
            Form { done, ..Form::of(visit, &journey, again)? }.show(visit, Said::NOTHING).await
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
    /// Whether they come from choosing a new password.
    done: bool,
}

impl<'a> Form<'a> {
    pub(super) fn of(visit: &Visit, journey: &'a Journey, again: Option<&'a SignedIn>) -> Result<Self, Stop> {
        let hint = journey.flow().and_then(|flow| flow.authorization.login_hint.as_deref());
        let username = hint.filter(|hint| hint.len() <= 320).unwrap_or_default().to_owned();
        Ok(Self { request: visit.seal_journey(journey)?, journey, username, again, done: false })
    }

    pub(super) async fn show(&self, visit: &Visit, said: Said) -> Result<Response, Stop> {
        let app = visit.app_of(self.journey).await;
        let passkey = self.passkey(visit).await?;
        let frame = visit.frame(self.journey.ui_locales());
        let texts = frame.texts;
        let flow = self.journey.flow();
        let switch = format!("{}?request={}", visit.path(paths::SELECT_ACCOUNT), self.request);
        let page = LoginPage {
            request: Some(&self.request),
            username: &self.username,
            error: said.text(texts),
            app,
            reauthenticate: self.again.map(|session| session.username.as_str()),
            switch: self.again.and(flow).map(|_| switch.as_str()),
            upstream: visit.upstream_offer(&self.request).await,
            action: &visit.path(paths::LOGIN),
            ways: ways(visit, &self.request, self.again.is_some()),
            done: self.done.then(|| texts.sign_in_password_changed()),
            passkey,
            passkey_action: &visit.path(paths::PASSKEY),
            frame,
        };
        Ok(visit.with_cookie(said.on(visit.show(said.status, &texts.tag(), &page))))
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

/// The ways besides a password that this page leads to.
fn ways(visit: &Visit, request: &str, again: bool) -> Ways {
    let to = |path: &str| format!("{}?request={request}", visit.path(path));
    Ways {
        reset: mail::is_configured(visit.call.provider()).then(|| to(paths::RESET)),
        mail_code: mail_code::is_offered(&visit.call).then(|| to(paths::MAIL_CODE)),
        sign_up: (!again && sign_up::is_offered(&visit.call)).then(|| to(paths::SIGN_UP)),
    }
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let arrived = visit.arrive(&form.0).await?;
    let anew = visit.must_be_shown_anew(&arrived)?;
    let session = visit.signed_in().await?;
    let again = session.as_ref().and_then(|session| arrived.journey.only(&visit.call, session));
    let said = if anew {
        // What was typed is gone, so they are told why they see the form once more.
        Said::wrong(Locale::sign_in_error_expired)
    } else {
        // Only an address, of an organization that signs its people in itself.
        if let (Some(typed), None) = (form.field("username")?, form.field("password")?)
            && let Some(upstream) = visit.upstream_for(typed).await?
        {
            return visit.send_upstream(&arrived.journey, &upstream, Some(typed)).await;
        }
        match check(visit, form, again).await? {
            Ok(proven) => match visit.proceed_from(arrived.journey.clone(), proven, form.keeps_passkeys()?).await? {
                Some(response) => return Ok(response),
                None => Said::wrong(Locale::sign_in_error_wrong),
            },
            Err(said) => said,
        }
    };
    let journey = if anew { self::anew(visit, arrived.journey) } else { arrived.journey };
    let typed = form.field("username")?.unwrap_or_default().to_owned();
    let page = Form { username: typed, ..Form::of(visit, &journey, again)? };
    page.show(visit, said).await
}

/// Checks name and password. Whoever is asked to sign in again cannot become another.
async fn check(visit: &Visit, form: &OwnForm, again: Option<&SignedIn>) -> Result<Result<Proven, Said>, Stop> {
    let (Some(username), Some(password)) = (form.field("username")?, form.field("password")?) else {
        return Ok(Err(Said::wrong(Locale::sign_in_error_missing)));
    };
    match password::verify(&visit.call, username, password.into()).await {
        Ok(Some(proven)) if again.is_none_or(|only| only.user_id == proven.user_id) => Ok(Ok(proven)),
        Ok(_) => Ok(Err(Said::wrong(Locale::sign_in_error_wrong))),
        Err(refusal) => Ok(Err(Said::refused(refusal)?)),
    }
}
