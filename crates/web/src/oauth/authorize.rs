//! `/oauth2/authorize` (RFC 6749 section 3.1, OpenID Connect Core section 3.1.2.1).

use axum::response::Response;
use protocol::{
    Params,
    authorization::{AuthorizationRequest, KNOWN_PARAMETERS},
};
use provider::authorize;

use crate::{
    extract::{Form, Query, params::Unreadable},
    pages::{flow::Stop, visit::Visit},
    paths,
};

/// The longest query that a POST is turned into: the browser must be able to send it in a head.
const LONGEST_QUERY: usize = 20 * 1024;

/// The cookie that no browser has.
const NOBODY: &[u8] = b"";

/// `GET /oauth2/authorize`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    match query {
        Ok(Query(params)) => begin(&visit, &params).await,
        Err(unreadable) => visit.unreadable(&unreadable),
    }
}

/// `POST /oauth2/authorize`: answered by a GET with the same parameters. A POST from another site carries none of
/// our cookies (SameSite=Lax), so nothing could be decided here.
pub async fn post(visit: Visit, form: Result<Form, Unreadable>) -> Response {
    let params = match form {
        Ok(Form(params)) => params,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    let known = params.iter().filter(|(name, _)| KNOWN_PARAMETERS.contains(name));
    let query = protocol::form::encode(known);
    if query.len() > LONGEST_QUERY {
        return begin_sealed(&visit, &params).await;
    }
    visit.see_other(&format!("{}?{query}", visit.path(paths::AUTHORIZE)))
}

/// A request that is longer as a query than sealed: sealed for no browser at all, it begins wherever it is opened.
async fn begin_sealed(visit: &Visit, params: &Params) -> Response {
    let sent = AuthorizationRequest::from_params(params);
    visit.note_ui_locales(params.get_once("ui_locales").ok().flatten());
    let outcome = match authorize::begin(&visit.call, sent, NOBODY).await {
        Ok(flow) => flow
            .state
            .seal(&visit.call, NOBODY)
            .map_err(Stop::from)
            .map(|sealed| visit.see_other(&format!("{}?request={sealed}", visit.path(paths::LOGIN)))),
        Err(rejected) => Err(Stop::from(rejected)),
    };
    visit.finish(outcome)
}

async fn begin(visit: &Visit, params: &Params) -> Response {
    let sent = AuthorizationRequest::from_params(params);
    visit.note_ui_locales(params.get_once("ui_locales").ok().flatten());
    let outcome = match authorize::begin(&visit.call, sent, visit.browser.binding()).await {
        Ok(flow) => visit.go_on(&flow).await,
        Err(rejected) => Err(Stop::from(rejected)),
    };
    visit.finish(outcome)
}
