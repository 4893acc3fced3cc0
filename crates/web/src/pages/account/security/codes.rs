//! `/account/security/codes`: making recovery codes anew. They are shown once, in the answer.

use axum::response::Response;
use http::StatusCode;
use protocol::Params;
use provider::{account::Freshness, factors::recovery, sign_in::Person};

use super::{super::said, show_codes};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        form::OwnForm,
        view::account::{CodesPage, Room},
        visit::Visit,
    },
    paths,
};

/// `GET /account/security/codes`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /account/security/codes`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

/// Without another factor there is nothing that a code could stand in for.
fn may_have_codes(person: &Person) -> bool {
    person.has_totp || person.passkeys > 0
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT_CODES, Freshness::Fresh).await?;
    if !may_have_codes(&owner.person) {
        return Ok(visit.see_other(&visit.path(paths::ACCOUNT_SECURITY)));
    }
    let frame = visit.frame(None);
    let language = frame.texts.tag();
    let page = CodesPage {
        me: visit.me(&owner, Room::Security, said(params)?)?,
        action: visit.path(paths::ACCOUNT_CODES),
        back: visit.path(paths::ACCOUNT_SECURITY),
        frame,
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &language, &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let owner = visit.enter_with(form, paths::ACCOUNT_CODES, Freshness::Fresh).await?;
    if !may_have_codes(&owner.person) {
        return Ok(visit.see_other(&visit.path(paths::ACCOUNT_SECURITY)));
    }
    let codes = recovery::regenerate(&visit.call, owner.person.user_id).await?;
    Ok(show_codes(visit, &codes))
}
