//! `/account/data`: taking one's data along, and deleting the account.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use messages::{Locale, Text};
use protocol::Params;
use provider::account::{Freshness, data};

use super::{Owner, said};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        form::OwnForm,
        view::{
            Problem,
            account::{DataPage, DeletePage, DeletedPage, Done, Room},
        },
        visit::Visit,
    },
    paths, session,
};

/// `GET /account/data`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => show(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /account/data/export`.
pub async fn export(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => hand_out(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

/// `GET /account/data/delete`.
pub async fn delete(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => ask(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /account/data/delete`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

/// `GET /account/deleted`.
pub async fn deleted(visit: Visit) -> Response {
    let frame = visit.frame(None);
    let language = frame.texts.tag();
    visit.show(StatusCode::OK, &language, &DeletedPage { frame })
}

async fn show(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT_DATA, Freshness::Any).await?;
    let frame = visit.frame(None);
    let language = frame.texts.tag();
    let page = DataPage {
        me: visit.me(&owner, Room::Data, said(params)?)?,
        export: visit.path(paths::ACCOUNT_EXPORT),
        delete: visit.path(paths::ACCOUNT_DELETE),
        frame,
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &language, &page)))
}

/// A download. Whoever must sign in first comes back to the page, and is told to go on there.
async fn hand_out(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    visit.enter_with(form, paths::ACCOUNT_DATA, Freshness::Any).await?;
    let back = format!("{}?done={}", paths::ACCOUNT_DATA, Done::Confirmed.code());
    let owner = visit.enter(&back, Freshness::Fresh).await?;
    let data = data::export(&visit.call, &owner.session).await?;
    let Ok(text) = serde_json::to_string_pretty(&data) else { return Err(Stop::Problem(Problem::Internal)) };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"account.json\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, text).into_response())
}

async fn ask(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT_DELETE, Freshness::Fresh).await?;
    show_delete(visit, &owner, (StatusCode::OK, None, said(params)?))
}

fn show_delete(
    visit: &Visit,
    owner: &Owner,
    (status, error, done): (StatusCode, Option<fn(Locale) -> Text>, Option<Done>),
) -> Result<Response, Stop> {
    let frame = visit.frame(None);
    let texts = frame.texts;
    let page = DeletePage {
        me: visit.me(owner, Room::Data, done)?,
        action: visit.path(paths::ACCOUNT_DELETE),
        back: visit.path(paths::ACCOUNT_DATA),
        error: error.map(|error| error(texts)),
        frame,
    };
    Ok(visit.with_cookie(visit.show(status, &texts.tag(), &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let owner = visit.enter_with(form, paths::ACCOUNT_DELETE, Freshness::Fresh).await?;
    if !data::is_own_name(&owner.session, form.field("username")?.unwrap_or_default()) {
        let error = Locale::my_delete_error as fn(Locale) -> Text;
        return show_delete(visit, &owner, (StatusCode::BAD_REQUEST, Some(error), None));
    }
    data::delete(&visit.call, &owner.session).await?;
    session::drop_cookie(&visit.session).await?;
    Ok(visit.see_other(&visit.path(paths::ACCOUNT_DELETED)))
}
