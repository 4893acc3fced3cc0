//! `/account/security/passkey`: renaming or removing a passkey; and adding one, which needs a script.

use axum::response::Response;
use http::StatusCode;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    account::Freshness,
    factors::passkey::{self, Added, Answer, Begun, Passkey, Removed},
    id::PasskeyId,
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
            PasskeyView, Problem,
            account::{Done, PasskeyAddPage, PasskeyEditPage, Room},
        },
        visit::Visit,
    },
    paths,
};

/// `GET /account/security/passkey/add`.
pub async fn add(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => begin(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /account/security/passkey/add`.
pub async fn create(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => finish(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

/// `GET /account/security/passkey`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /account/security/passkey`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

async fn begin(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT_PASSKEY_ADD, Freshness::Fresh).await?;
    show_add(visit, &owner, "", (StatusCode::OK, None, said(params)?)).await
}

type Said = (StatusCode, Option<fn(Locale) -> Text>, Option<Done>);

async fn show_add(visit: &Visit, owner: &Owner, name: &str, (status, error, done): Said) -> Result<Response, Stop> {
    let passkey = match passkey::begin(&visit.call, visit.browser.binding(), &owner.person).await? {
        Begun::Asked(asked) => Some(PasskeyView::from(asked)),
        Begun::Full => None,
        Begun::Off => return Err(Stop::Problem(Problem::NotFound)),
    };
    let frame = visit.frame(None);
    let texts = frame.texts;
    let page = PasskeyAddPage {
        me: visit.me(owner, Room::Security, done)?,
        action: visit.path(paths::ACCOUNT_PASSKEY_ADD),
        back: visit.path(paths::ACCOUNT_SECURITY),
        passkey,
        name: name.to_owned(),
        error: error.map(|error| error(texts)),
        frame,
    };
    Ok(visit.with_cookie(visit.show(status, &texts.tag(), &page)))
}

async fn finish(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let owner = visit.enter_with(form, paths::ACCOUNT_PASSKEY_ADD, Freshness::Fresh).await?;
    let texts = visit.frame(None).texts;
    let name = form.field("name")?;
    let answer = form.passkey()?.unwrap_or(Answer { sealed: "", response: "" });
    let error = match passkey::finish(&visit.call, visit.browser.binding(), &owner.person, answer, (name, texts))
        .await?
    {
        Added::Done { method, codes, .. } => return added(visit, &owner, method, (codes, Done::PasskeyAdded)).await,
        Added::Already => Locale::passkey_error_already as fn(Locale) -> Text,
        Added::Full => Locale::passkey_error_full,
        Added::Expired => Locale::passkey_error_create_expired,
        Added::Refused => Locale::passkey_error_create,
    };
    show_add(visit, &owner, name.unwrap_or_default(), (StatusCode::BAD_REQUEST, Some(error), None)).await
}

/// One of the person's own.
async fn find(visit: &Visit, owner: &Owner, id: Option<&str>) -> Result<Passkey, Stop> {
    let missing = || Stop::Problem(Problem::NotFound);
    let id: PasskeyId = id.and_then(|id| id.parse().ok()).ok_or_else(missing)?;
    let own = passkey::list(&visit.call, owner.person.user_id).await?;
    own.into_iter().find(|passkey| passkey.id == id).ok_or_else(missing)
}

/// The page of one passkey, to come back to.
fn page_of(id: Option<&str>) -> String {
    let id: Option<PasskeyId> = id.and_then(|id| id.parse().ok());
    match id {
        Some(id) => format!("{}?passkey={id}", paths::ACCOUNT_PASSKEY),
        None => paths::ACCOUNT_SECURITY.to_owned(),
    }
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let id = params.get_once("passkey")?;
    let owner = visit.enter(&page_of(id), Freshness::Fresh).await?;
    let found = find(visit, &owner, id).await?;
    show(visit, &owner, &found, (StatusCode::OK, None, None, said(params)?))
}

type Words = Option<fn(Locale) -> Text>;

fn show(
    visit: &Visit,
    owner: &Owner,
    passkey: &Passkey,
    (status, name_error, error, done): (StatusCode, Words, Words, Option<Done>),
) -> Result<Response, Stop> {
    let frame = visit.frame(None);
    let texts = frame.texts;
    let page = PasskeyEditPage {
        me: visit.me(owner, Room::Security, done)?,
        action: visit.path(paths::ACCOUNT_PASSKEY),
        back: visit.path(paths::ACCOUNT_SECURITY),
        id: passkey.id.to_string(),
        name: passkey.name.clone(),
        name_error: name_error.map(|error| error(texts)),
        error: error.map(|error| error(texts)),
        frame,
    };
    Ok(visit.with_cookie(visit.show(status, &texts.tag(), &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let id = form.field("passkey")?;
    let owner = visit.enter_with(form, &page_of(id), Freshness::Fresh).await?;
    let found = find(visit, &owner, id).await?;
    let user = owner.person.user_id;
    if form.field("choice")? == Some("remove") {
        return match passkey::remove(&visit.call, user, found.id).await? {
            Removed::Done { .. } => Ok(visit.done(paths::ACCOUNT_SECURITY, Done::PasskeyRemoved)),
            Removed::Missing => Err(Stop::Problem(Problem::NotFound)),
            Removed::OnlyWay => {
                let error = Locale::my_passkey_only_way as fn(Locale) -> Text;
                show(visit, &owner, &found, (StatusCode::CONFLICT, None, Some(error), None))
            }
        };
    }
    if passkey::rename(&visit.call, user, found.id, form.field("name")?.unwrap_or_default()).await? {
        return Ok(visit.done(paths::ACCOUNT_SECURITY, Done::Saved));
    }
    let error = Locale::my_passkey_name_missing as fn(Locale) -> Text;
    show(visit, &owner, &found, (StatusCode::BAD_REQUEST, Some(error), None, None))
}
