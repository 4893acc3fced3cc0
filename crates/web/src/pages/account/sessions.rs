//! `/account/sessions`: where they are signed in.

use axum::response::Response;
use http::StatusCode;
use protocol::Params;
use provider::{
    account::{Freshness, sessions},
    id::SessionId,
};

use super::{device_words, said};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        form::OwnForm,
        view::{
            Problem,
            account::{Done, Room, SessionView, SessionsPage, When},
        },
        visit::Visit,
    },
    paths,
};

/// `GET /account/sessions`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => show(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /account/sessions`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

async fn show(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT_SESSIONS, Freshness::Any).await?;
    let frame = visit.frame(None);
    let texts = frame.texts;
    let found = sessions::list(&visit.call, &owner.session, texts).await?;
    let page = SessionsPage {
        me: visit.me(&owner, Room::Sessions, said(params)?)?,
        action: visit.path(paths::ACCOUNT_SESSIONS),
        sessions: found
            .into_iter()
            .map(|session| SessionView {
                id: session.id.to_string(),
                device: device_words(texts, &session.device).unwrap_or_else(|| texts.my_device_unknown()),
                is_handheld: session.device.is_handheld(),
                place: session.place,
                address: session.address,
                since: When::of(session.created_at),
                seen: When::of(session.last_seen_at),
                is_this: session.is_this,
            })
            .collect(),
        frame,
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &texts.tag(), &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let owner = visit.enter_with(form, paths::ACCOUNT_SESSIONS, Freshness::Any).await?;
    if form.field("choice")? == Some("others") {
        sessions::end_others(&visit.call, &owner.session).await?;
        return Ok(visit.done(paths::ACCOUNT_SESSIONS, Done::SessionsEnded));
    }
    let which: Option<SessionId> = form.field("session")?.and_then(|id| id.parse().ok());
    match which {
        Some(which) if sessions::end(&visit.call, &owner.session, which).await? => {
            Ok(visit.done(paths::ACCOUNT_SESSIONS, Done::SessionEnded))
        }
        // Somebody else's, or one that has ended: the same is said of both.
        _ => Err(Stop::Problem(Problem::NotFound)),
    }
}
