//! `/account/security/password`: setting or changing the password. A fresh sign-in stands in for the current one.

use axum::response::Response;
use http::StatusCode;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    Refusal,
    account::{
        Freshness,
        password::{self, Change, Weak},
    },
    sessions::CookieId,
};

use super::super::{Owner, said};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        form::OwnForm,
        view::account::{Done, PasswordPage, Room},
        visit::Visit,
    },
    paths, session,
};

/// `GET /account/security/password`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /account/security/password`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT_PASSWORD, Freshness::Fresh).await?;
    show(visit, &owner, (StatusCode::OK, None, said(params)?))
}

fn show(
    visit: &Visit,
    owner: &Owner,
    (status, error, done): (StatusCode, Option<fn(Locale) -> Text>, Option<Done>),
) -> Result<Response, Stop> {
    let frame = visit.frame(None);
    let texts = frame.texts;
    let page = PasswordPage {
        me: visit.me(owner, Room::Security, done)?,
        action: visit.path(paths::ACCOUNT_PASSWORD),
        back: visit.path(paths::ACCOUNT_SECURITY),
        has_password: owner.person.has_password,
        error: error.map(|error| error(texts)),
        frame,
    };
    Ok(visit.with_cookie(visit.show(status, &texts.tag(), &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let owner = visit.enter_with(form, paths::ACCOUNT_PASSWORD, Freshness::Fresh).await?;
    let new = form.field("password")?.unwrap_or_default();
    let cookie = CookieId::random();
    let error = match password::change(&visit.call, &owner.session, &owner.person, new.into(), cookie).await {
        Ok(Change::Done) => {
            session::renew_cookie(&visit.session, cookie).await?;
            return Ok(visit.done(paths::ACCOUNT_SECURITY, Done::Password));
        }
        Ok(Change::Overtaken) => return Ok(visit.see_other(&visit.path(paths::ACCOUNT_SECURITY))),
        Ok(Change::Weak(weak)) => words(weak),
        Err(Refusal::Unavailable { .. }) => {
            let error = Locale::sign_in_error_unavailable as fn(Locale) -> Text;
            return show(visit, &owner, (StatusCode::SERVICE_UNAVAILABLE, Some(error), None));
        }
        Err(refusal) => return Err(refusal.into()),
    };
    show(visit, &owner, (StatusCode::BAD_REQUEST, Some(error), None))
}

fn words(weak: Weak) -> fn(Locale) -> Text {
    match weak {
        Weak::TooShort => Locale::my_password_too_short,
        Weak::TooLong => Locale::my_password_too_long,
        Weak::Characters => Locale::my_error_characters,
        Weak::Common => Locale::my_password_common,
        Weak::OwnWords => Locale::my_password_own_words,
        Weak::Guessable => Locale::my_password_guessable,
    }
}
