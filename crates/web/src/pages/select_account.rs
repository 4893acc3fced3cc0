//! `/login/account`: going on as who is signed in, or as somebody else.

use axum::response::Response;
use http::StatusCode;
use protocol::Params;
use provider::authorize::{Flow, Page};

use super::{
    flow::{Stop, account_view},
    form::OwnForm,
    view::SelectAccountPage,
    visit::Visit,
};
use crate::extract::{Query, params::Unreadable};

/// `GET /login/account`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /login/account`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let flow = visit.reopen(params).await?.flow;
    let session = visit.signed_in().await?.filter(|_| !flow.authorization.prompts.none);
    let Some(session) = session else { return visit.go_on(&flow).await };
    let request = visit.seal(&flow.state.clone().shown_to(&session))?;
    let frame = visit.frame(flow.state.sent.ui_locales.as_deref());
    let language = frame.texts.tag();
    let page = SelectAccountPage {
        frame,
        request: &request,
        account: account_view(&session),
        app: Some(visit.app_view(&flow.authorization).await),
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &language, &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let reopened = visit.reopen(&form.0).await?;
    visit.require_same_browser(&reopened, Page::SelectAccount)?;
    let Flow { state, authorization } = reopened.flow;
    let session = visit.signed_in().await?;
    let state = match (form.field("choice")?, &session) {
        (Some("other"), _) => state.for_somebody_else(),
        (Some("continue"), Some(session)) if state.shown_to == Some(session.session_id) => state.chosen_by(session),
        // Somebody else is signed in by now, or nobody: the page must be seen again.
        _ => return visit.send_to(Page::SelectAccount, &state.bare()),
    };
    visit.go_on(&Flow { state, authorization }).await
}
