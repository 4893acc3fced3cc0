//! `/oauth2/logout` (OpenID Connect RP-Initiated Logout 1.0).

use axum::response::Response;
use protocol::{Params, logout::LogoutRequest};
use provider::{
    Refusal,
    logout::rp_initiated::{self, Pending},
};

use crate::{
    extract::{Form, Query, params::Unreadable},
    pages::{
        flow::Stop,
        logout::{end, signed_out},
        view::Problem,
        visit::Visit,
    },
    paths,
};

/// The parameters of section 2.
const KNOWN_PARAMETERS: &[&str] =
    &["id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];
/// The longest query that a POST is turned into.
const LONGEST_QUERY: usize = 16 * 1024;

/// `GET /oauth2/logout`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let params = match query {
        Ok(Query(params)) => params,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    match follow(&visit, &params).await {
        Err(Stop::Refusal(refusal @ Refusal::Refused { .. })) => visit.refusal(&refusal, Problem::LogoutRequest),
        outcome => visit.finish(outcome),
    }
}

/// `POST /oauth2/logout`: answered by a GET with the same parameters, since a POST from another site carries none
/// of our cookies.
pub async fn post(visit: Visit, form: Result<Form, Unreadable>) -> Response {
    let params = match form {
        Ok(Form(params)) => params,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    let query = protocol::form::encode(params.iter().filter(|(name, _)| KNOWN_PARAMETERS.contains(name)));
    if query.len() > LONGEST_QUERY {
        return visit.problem(Problem::TooLarge);
    }
    visit.see_other(&format!("{}?{query}", visit.path(paths::END_SESSION)))
}

async fn follow(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let ui_locales = params.get_once("ui_locales").ok().flatten();
    visit.note_ui_locales(ui_locales);
    let plan = rp_initiated::judge(&visit.call, &LogoutRequest::parse(params)?).await?;
    let client_id = plan.client.as_ref().map(|client| client.client_id.clone());
    match visit.signed_in().await? {
        None => signed_out(visit, client_id.as_deref(), plan.continue_to).await,
        Some(session) if plan.proven == Some(session.session_id) => {
            end(visit, &session).await?;
            signed_out(visit, client_id.as_deref(), plan.continue_to).await
        }
        Some(session) => {
            let ui_locales = ui_locales.map(ToOwned::to_owned);
            let (session, continue_to) = (session.session_id, plan.continue_to);
            visit.see_logout(Some(Pending { session, client_id, continue_to, ui_locales }))
        }
    }
}
