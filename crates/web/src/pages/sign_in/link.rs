//! `/login/upstream/link`: an account at another provider has the address of somebody who is here already. They sign in
//! as they always do, and say that it is theirs.

use axum::response::Response;
use http::StatusCode;
use protocol::Params;
use provider::{
    sessions::SignedIn,
    sign_in::{Journey, OwnJourney},
    upstream::{self, Pending},
};

use super::upstream::{fail, reopen};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::{Stop, account_view},
        form::OwnForm,
        view::{LinkStep, Problem, UpstreamLinkPage},
        visit::Visit,
    },
    paths,
};

/// `GET /login/upstream/link`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /login/upstream/link`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

fn sealed(params: &Params) -> Result<&str, Stop> {
    params.get_once("link")?.ok_or(Stop::Problem(Problem::Forged))
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let sealed = sealed(params)?;
    let session = visit.signed_in().await?;
    match upstream::pending(&visit.call, visit.browser.binding(), session.as_ref(), sealed).await {
        Ok(pending) => show(visit, sealed, &pending, session.as_ref()),
        Err(failure) => fail(visit, *failure),
    }
}

fn show(visit: &Visit, sealed: &str, pending: &Pending, session: Option<&SignedIn>) -> Result<Response, Stop> {
    // Back to this page, once they have signed in.
    let here = format!("{}?link={sealed}", paths::UPSTREAM_LINK);
    let journey = Journey::Own(OwnJourney::to(&visit.call, here).again());
    let login = format!("{}?request={}", visit.path(paths::LOGIN), visit.seal_journey(&journey)?);
    let frame = visit.frame(None);
    let language = frame.texts.tag();
    let step = match session {
        Some(session) if pending.ready => LinkStep::Confirm(account_view(session)),
        Some(session) if session.user_id != pending.user => LinkStep::SignOut(visit.path(paths::LOGOUT)),
        _ => LinkStep::SignIn(login),
    };
    let page = UpstreamLinkPage {
        frame,
        link: sealed,
        provider: &pending.upstream.name,
        email: pending.email.as_deref().unwrap_or_default(),
        step,
        action: &visit.path(paths::UPSTREAM_LINK),
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &language, &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let sealed = sealed(&form.0)?;
    let binding = visit.browser.binding();
    let session = visit.signed_in().await?;
    let pending = match upstream::pending(&visit.call, binding, session.as_ref(), sealed).await {
        Ok(pending) => pending,
        Err(failure) => return fail(visit, *failure),
    };
    let Some(session) = session.filter(|_| pending.ready) else {
        return show(visit, sealed, &pending, None);
    };
    let language = Some(visit.frame(None).texts);
    if form.field("choice")? == Some("link")
        && let Err(failure) = upstream::confirm(&visit.call, binding, (&session, language), sealed).await
    {
        return fail(visit, *failure);
    }
    let journey = reopen(visit, pending.inner.as_deref().unwrap_or_default()).await?;
    // They signed in on the way, for what they were about to do.
    let journey = if session.auth_time >= pending.since { journey.authenticated_by(&session) } else { journey };
    visit.continue_journey(&journey, Some(&session)).await
}
