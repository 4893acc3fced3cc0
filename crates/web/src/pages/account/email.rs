//! `/account/email`: one's own mail address.

use axum::response::Response;
use messages::Locale;
use protocol::Params;
use provider::{
    Refusal,
    account::Freshness,
    mail,
    people::address::{self, Asked},
};

use super::{Owner, said};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        form::OwnForm,
        sign_in::Said,
        view::account::{Done, EmailPage, Room},
        visit::Visit,
    },
    paths,
};

/// `GET /account/email`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /account/email`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT_EMAIL, Freshness::Any).await?;
    show(visit, &owner, ("", Said::NOTHING), said(params)?).await
}

async fn show(visit: &Visit, owner: &Owner, (typed, said): (&str, Said), done: Option<Done>) -> Result<Response, Stop> {
    let found = address::standing(&visit.call, owner.session.user_id).await?;
    let frame = visit.frame(None);
    let texts = frame.texts;
    let page = EmailPage {
        me: visit.me(owner, Room::Profile, done)?,
        action: visit.path(paths::ACCOUNT_EMAIL),
        back: visit.path(paths::ACCOUNT),
        current: found.current,
        verified: found.verified,
        pending: found.pending,
        mails: mail::is_configured(visit.call.provider()),
        typed: typed.to_owned(),
        error: said.text(texts),
        frame,
    };
    Ok(visit.with_cookie(said.on(visit.show(said.status, &texts.tag(), &page))))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let owner = visit.enter_with(form, paths::ACCOUNT_EMAIL, Freshness::Fresh).await?;
    let done = |done| Ok(visit.done(paths::ACCOUNT_EMAIL, done));
    let nothing = || Ok(visit.see_other(&visit.path(paths::ACCOUNT_EMAIL)));
    let (user, texts) = (owner.session.user_id, visit.frame(None).texts);
    let choice = form.field("choice")?;
    let typed = form.field("email")?.unwrap_or_default();
    let asked = match choice {
        Some("cancel") => {
            let canceled = address::cancel_change(&visit.call, user).await?;
            return if canceled { done(Done::EmailKept) } else { nothing() };
        }
        Some(_) if !mail::is_configured(visit.call.provider()) => return nothing(),
        Some("verify") => address::request_verification(&visit.call, user, texts).await,
        Some("change") => address::request_change(&visit.call, user, typed, texts).await,
        _ => return nothing(),
    };
    let said = match (asked, choice) {
        (Ok(Asked::Sent(_)), Some("change")) => return done(Done::EmailChanging),
        (Ok(Asked::Sent(_)), _) => return done(Done::EmailAsked),
        (Ok(Asked::Nothing), Some("change")) => Said::wrong(Locale::account_email_error_same),
        (Ok(Asked::Nothing), _) => return nothing(),
        (Ok(Asked::Malformed), _) => Said::wrong(Locale::sign_up_error_address),
        (Err(refusal @ Refusal::Throttled { .. }), _) => Said::refused(refusal)?,
        (Err(refusal), _) => return Err(refusal.into()),
    };
    show(visit, &owner, (typed, said), None).await
}
