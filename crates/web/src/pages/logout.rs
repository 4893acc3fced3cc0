//! `/logout`: signing out, once the person has confirmed it.

use axum::response::Response;
use http::StatusCode;
use protocol::Params;
use provider::{
    browser_state::{Opened, Origin},
    logout::{self, rp_initiated::Pending},
    sessions::SignedIn,
};

use super::{
    flow::{Stop, account_view, host_of, way_back},
    form::OwnForm,
    view::{Link, LogoutPage, Problem, SignedOutPage},
    visit::Visit,
};
use crate::{
    extract::{Query, params::Unreadable},
    paths, session,
};

/// `GET /logout`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /logout`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

/// What was sealed, unless it is garbled or too old: then the person still can sign out, and that is all.
fn reopen(visit: &Visit, params: &Params) -> Result<Option<Opened<Pending>>, Stop> {
    let sealed = params.get_once("request")?;
    let opened = sealed.and_then(|sealed| Pending::open(&visit.call, visit.browser.binding(), sealed));
    if let Some(opened) = &opened {
        visit.note_ui_locales(opened.value.ui_locales.as_deref());
    }
    Ok(opened.filter(|opened| !opened.expired))
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let opened = reopen(visit, params)?;
    let pending = opened.map(|opened| opened.value);
    match visit.signed_in().await? {
        Some(session) => ask(visit, &session, pending).await,
        None => {
            let client_id = pending.as_ref().and_then(|pending| pending.client_id.clone());
            signed_out(visit, client_id.as_deref(), pending.and_then(|pending| pending.continue_to)).await
        }
    }
}

/// Asks whether to sign out.
async fn ask(visit: &Visit, session: &SignedIn, asked: Option<Pending>) -> Result<Response, Stop> {
    let session_id = session.session_id;
    let nobody = Pending { session: session_id, client_id: None, continue_to: None, ui_locales: None };
    let pending = Pending { session: session_id, ..asked.unwrap_or(nobody) };
    let client = match &pending.client_id {
        Some(client_id) => visit.call.client(client_id).await?,
        None => None,
    };
    let app = match client {
        Some(client) => {
            let home = way_back(&client).map(|(_, home)| host_of(&home));
            Some(visit.client_view(&client, home.unwrap_or_default()).await)
        }
        None => None,
    };
    let sealed = pending.seal(&visit.call, visit.browser.binding(), visit.call.now)?;
    let frame = visit.frame(None);
    let language = frame.texts.tag();
    let page = LogoutPage { frame, fields: vec![("request".to_owned(), sealed)], app, account: account_view(session) };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &language, &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let opened = reopen(visit, &form.0)?;
    let session = visit.signed_in().await?;
    let Some(session) = session else {
        // Signed out already, perhaps by a second click.
        return visit.see_logout(opened.map(|opened| opened.value));
    };
    match opened {
        Some(opened) if opened.origin == Origin::SameBrowser && opened.value.session == session.session_id => {
            end(visit, &session).await?;
            visit.see_logout(Some(opened.value))
        }
        Some(opened) if visit.browser.is_known() => visit.see_logout(Some(opened.value)),
        Some(_) => Err(Stop::Problem(Problem::OtherBrowser)),
        None => visit.see_logout(None),
    }
}

/// Ends the session, and takes its cookie from the browser.
///
/// # Errors
/// `Stop`: the session goes on.
pub async fn end(visit: &Visit, session: &SignedIn) -> Result<(), Stop> {
    logout::sign_out(&visit.call, session).await?;
    Ok(session::drop_cookie(&visit.session).await?)
}

impl Visit {
    /// Sends the browser to `/logout`: whoever is signed in is asked there, everybody else goes on.
    ///
    /// # Errors
    /// `Stop`.
    pub fn see_logout(&self, pending: Option<Pending>) -> Result<Response, Stop> {
        let path = self.path(paths::LOGOUT);
        let location = match pending {
            Some(pending) => {
                let sealed = pending.seal(&self.call, self.browser.binding(), self.call.now)?;
                format!("{path}?request={sealed}")
            }
            None => path,
        };
        Ok(self.with_cookie(self.see_other(&location)))
    }
}

/// Where it ends: at the application, or on the page that says so.
///
/// # Errors
/// `Stop`.
pub async fn signed_out(visit: &Visit, client_id: Option<&str>, continue_to: Option<String>) -> Result<Response, Stop> {
    if let Some(continue_to) = continue_to {
        return Ok(visit.see_other(&continue_to));
    }
    let client = match client_id {
        Some(client_id) => visit.call.client(client_id).await?,
        None => None,
    };
    let frame = visit.frame(None);
    let language = frame.texts.tag();
    let home = client.as_deref().and_then(way_back);
    let continue_to = home.map(|(name, href)| Link { href, text: frame.texts.signed_out_continue(&name) });
    Ok(visit.show(StatusCode::OK, &language, &SignedOutPage { frame, continue_to }))
}
