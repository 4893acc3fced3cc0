//! `/account/security/app`: setting the authenticator app up, or removing it.

use axum::response::Response;
use http::StatusCode;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    account::Freshness,
    factors::totp::{self, Confirmed, Setup},
    sign_in::Method,
};

use super::{
    super::{Owner, said},
    added,
};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        form::OwnForm,
        view::{
            TotpSetupView,
            account::{Done, Room, TotpPage},
        },
        visit::Visit,
    },
    paths,
};

/// `GET /account/security/app`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /account/security/app`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT_TOTP, Freshness::Fresh).await?;
    let setup = begin(visit, &owner)?;
    show(visit, &owner, setup, (StatusCode::OK, None, said(params)?))
}

/// A new app, where there is none.
fn begin(visit: &Visit, owner: &Owner) -> Result<Option<Setup>, Stop> {
    if owner.person.has_totp {
        return Ok(None);
    }
    Ok(Some(totp::begin(&visit.call, visit.browser.binding(), &owner.person)?))
}

fn show(
    visit: &Visit,
    owner: &Owner,
    setup: Option<Setup>,
    (status, error, done): (StatusCode, Option<fn(Locale) -> Text>, Option<Done>),
) -> Result<Response, Stop> {
    let frame = visit.frame(None);
    let texts = frame.texts;
    let page = TotpPage {
        me: visit.me(owner, Room::Security, done)?,
        action: visit.path(paths::ACCOUNT_TOTP),
        back: visit.path(paths::ACCOUNT_SECURITY),
        setup: setup.as_ref().map(TotpSetupView::of),
        error: error.map(|error| error(texts)),
        frame,
    };
    Ok(visit.with_cookie(visit.show(status, &texts.tag(), &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let owner = visit.enter_with(form, paths::ACCOUNT_TOTP, Freshness::Fresh).await?;
    if form.field("choice")? == Some("remove") {
        let gone = totp::remove(&visit.call, &owner.person).await?;
        let back = visit.path(paths::ACCOUNT_SECURITY);
        return Ok(if gone { visit.done(paths::ACCOUNT_SECURITY, Done::TotpRemoved) } else { visit.see_other(&back) });
    }
    let sealed = form.field("setup")?.unwrap_or_default();
    let code = form.field("code")?.unwrap_or_default();
    let binding = visit.browser.binding();
    let (setup, error) = match totp::confirm(&visit.call, binding, &owner.person, (sealed, code)).await? {
        Confirmed::Done(codes) => return added(visit, &owner, Method::Totp, (codes, Done::TotpAdded)).await,
        Confirmed::Already => return Ok(visit.see_other(&visit.path(paths::ACCOUNT_SECURITY))),
        Confirmed::Wrong => {
            let setup = totp::again(&visit.call, binding, &owner.person, sealed);
            (setup, Locale::verify_error_code as fn(Locale) -> Text)
        }
        Confirmed::Expired => (begin(visit, &owner)?, Locale::enroll_error_expired as fn(Locale) -> Text),
    };
    show(visit, &owner, setup, (StatusCode::BAD_REQUEST, Some(error), None))
}
