//! `/account/apps`: the apps that they let in.

use axum::response::Response;
use http::StatusCode;
use protocol::Params;
use provider::{
    account::{Freshness, apps},
    id::ClientKey,
};

use super::said;
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        consent::scopes,
        flow::{Stop, host_of, way_back},
        form::OwnForm,
        view::{
            Problem,
            account::{AppsPage, ConnectedView, Done, Room, When},
        },
        visit::Visit,
    },
    paths,
};

/// `GET /account/apps`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => show(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /account/apps`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

async fn show(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT_APPS, Freshness::Any).await?;
    let frame = visit.frame(None);
    let texts = frame.texts;
    let mut connected = Vec::new();
    for app in apps::list(&visit.call, &owner.session).await? {
        let host = way_back(&app.client).map(|(_, home)| host_of(&home)).unwrap_or_default();
        connected.push(ConnectedView {
            key: app.client.key.to_string(),
            app: visit.client_view(&app.client, host).await,
            scopes: scopes(visit, &app.pairs, texts).await?,
            since: When::of(app.since),
            used: app.last_used.map(When::of),
            first_party: app.client.metadata.first_party,
        });
    }
    let page = AppsPage {
        me: visit.me(&owner, Room::Apps, said(params)?)?,
        action: visit.path(paths::ACCOUNT_APPS),
        apps: connected,
        frame,
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &texts.tag(), &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let owner = visit.enter_with(form, paths::ACCOUNT_APPS, Freshness::Any).await?;
    let app: Option<ClientKey> = form.field("app")?.and_then(|key| key.parse().ok());
    match app {
        Some(app) if apps::withdraw(&visit.call, &owner.session, app).await? => {
            Ok(visit.done(paths::ACCOUNT_APPS, Done::AppWithdrawn))
        }
        _ => Err(Stop::Problem(Problem::NotFound)),
    }
}
