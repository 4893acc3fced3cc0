//! `/verify-email`: confirming the address that one has; `/verify-email/new`: the one that one is to have.

use axum::response::Response;
use http::StatusCode;
use protocol::Params;
use provider::{
    one_time::{Kind, Over},
    people::address::{self, Confirmed},
};

use super::{
    flow::Stop,
    form::OwnForm,
    view::{Link, LinkPage},
    visit::Visit,
};
use crate::{
    extract::{Query, params::Unreadable},
    paths,
};

/// `GET /verify-email`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    shown(&visit, Kind::VerifyAddress, query).await
}

/// `POST /verify-email`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    confirmed(&visit, Kind::VerifyAddress, form).await
}

/// `GET /verify-email/new`.
pub async fn get_new(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    shown(&visit, Kind::ChangeAddress, query).await
}

/// `POST /verify-email/new`.
pub async fn post_new(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    confirmed(&visit, Kind::ChangeAddress, form).await
}

async fn shown(visit: &Visit, kind: Kind, query: Result<Query, Unreadable>) -> Response {
    match query {
        Ok(Query(params)) => visit.finish(open(visit, kind, &params).await),
        Err(unreadable) => visit.unreadable(&unreadable),
    }
}

async fn confirmed(visit: &Visit, kind: Kind, form: Result<OwnForm, Response>) -> Response {
    match form {
        Ok(form) => visit.finish(submit(visit, kind, &form).await),
        Err(response) => response,
    }
}

async fn open(visit: &Visit, kind: Kind, params: &Params) -> Result<Response, Stop> {
    let taken = visit.take_link(kind, params)?;
    let found = address::look(&visit.call, kind, &taken.token, visit.browser.binding()).await?;
    let address = found.map_err(|over| visit.over(kind, over))?;
    let frame = visit.frame(None);
    let texts = frame.texts;
    let lede = match kind {
        Kind::ChangeAddress => texts.verify_new_email_lede(&address, &frame.theme.service),
        _ => texts.verify_email_lede(&address),
    };
    let page = LinkPage {
        heading: texts.verify_email_heading(),
        lede,
        link: &taken.sealed,
        action: &visit.path(kind.path()),
        submit: texts.verify_email_submit(),
        frame,
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &texts.tag(), &page)))
}

async fn submit(visit: &Visit, kind: Kind, form: &OwnForm) -> Result<Response, Stop> {
    let taken = visit.take_link(kind, &form.0)?;
    let texts = visit.frame(None).texts;
    let next = |text| Some(Link { href: visit.path(paths::ACCOUNT_EMAIL), text });
    match address::confirm(&visit.call, kind, &taken.token, visit.browser.binding()).await? {
        Confirmed::Done(address) => Err(visit.note(
            StatusCode::OK,
            |texts| (texts.verify_email_done_heading(), texts.verify_email_done_lede(&address)),
            next(texts.verify_email_next()),
        )),
        Confirmed::Taken(address) => Err(visit.note(
            StatusCode::CONFLICT,
            |texts| (texts.verify_email_taken_heading(), texts.verify_email_taken_message(&address)),
            next(texts.verify_email_next()),
        )),
        Confirmed::Over => Err(visit.over(kind, Over::Ended)),
    }
}
