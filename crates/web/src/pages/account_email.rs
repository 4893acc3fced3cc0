//! `/account/email`: one's own mail address.

use axum::response::Response;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    Refusal,
    authorize::{Next, Page},
    browser_state::{self, Errand, Origin},
    id::UserId,
    mail,
    people::address::{self, Asked},
    sessions::SignedIn,
    sign_in::{Journey, OwnJourney},
};
use time::Duration;

use super::{
    flow::{Stop, account_view},
    form::OwnForm,
    sign_in::Said,
    view::AccountEmailPage,
    visit::Visit,
};
use crate::{
    extract::{Query, params::Unreadable},
    paths,
};

/// How long ago somebody may have signed in who changes this.
const FRESH: Duration = Duration::minutes(15);

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

/// Whose page it is.
async fn owner(visit: &Visit) -> Result<SignedIn, Stop> {
    let session = visit.signed_in().await?;
    let journey = Journey::Own(OwnJourney::to(&visit.call, paths::ACCOUNT_EMAIL));
    match (journey.advance(&visit.call, session.as_ref()).await?, session) {
        (Next::Go(_), Some(session)) => Ok(session),
        (next, _) => Err(Stop::Instead(Box::new(visit.follow_journey(&journey, next)?))),
    }
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let session = owner(visit).await?;
    let texts = visit.frame(None).texts;
    let done = match params.get_once("done")? {
        Some("verify") => Some(texts.account_email_sent()),
        Some("change") => Some(texts.account_email_change_sent()),
        Some("cancel") => Some(texts.account_email_canceled()),
        _ => None,
    };
    show(visit, &session, ("", Said::NOTHING), done).await
}

async fn show(
    visit: &Visit,
    session: &SignedIn,
    (typed, said): (&str, Said),
    done: Option<Text>,
) -> Result<Response, Stop> {
    let found = address::standing(&visit.call, session.user_id).await?;
    let (call, binding) = (&visit.call, visit.browser.binding());
    let form = browser_state::seal(call, Errand::OwnAddress, binding, call.now, &session.user_id)?;
    let frame = visit.frame(None);
    let texts = frame.texts;
    let page = AccountEmailPage {
        account: account_view(session),
        form: &form,
        action: &visit.path(paths::ACCOUNT_EMAIL),
        current: found.current.as_deref(),
        verified: found.verified,
        pending: found.pending.as_deref(),
        mails: mail::is_configured(call.provider()),
        typed,
        error: said.text(texts),
        done,
        frame,
    };
    Ok(visit.with_cookie(said.on(visit.show(said.status, &texts.tag(), &page))))
}

fn is_own(visit: &Visit, form: &OwnForm, session: &SignedIn) -> Result<bool, Stop> {
    let Some(sealed) = form.field("form")? else { return Ok(false) };
    let opened: Option<browser_state::Opened<UserId>> =
        browser_state::open(&visit.call, Errand::OwnAddress, visit.browser.binding(), sealed);
    Ok(opened.is_some_and(|opened| {
        opened.origin == Origin::SameBrowser && !opened.expired && opened.value == session.user_id
    }))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let session = owner(visit).await?;
    let to_page = |query: &str| Ok(visit.see_other(&format!("{}{query}", visit.path(paths::ACCOUNT_EMAIL))));
    if !is_own(visit, form, &session)? {
        return to_page("");
    }
    if visit.call.now - session.auth_time > FRESH {
        let again = OwnJourney::to(&visit.call, paths::ACCOUNT_EMAIL).again();
        return visit.send_to_step(Page::SignIn, &Journey::Own(again));
    }
    let (user, texts) = (session.user_id, visit.frame(None).texts);
    let choice = form.field("choice")?;
    let typed = form.field("email")?.unwrap_or_default();
    let asked = match choice {
        Some("cancel") => {
            address::cancel_change(&visit.call, user).await?;
            return to_page("?done=cancel");
        }
        Some(_) if !mail::is_configured(visit.call.provider()) => return to_page(""),
        Some("verify") => address::request_verification(&visit.call, user, texts).await,
        Some("change") => address::request_change(&visit.call, user, typed, texts).await,
        _ => return to_page(""),
    };
    let said = match (asked, choice) {
        (Ok(Asked::Sent(_)), Some("change")) => return to_page("?done=change"),
        (Ok(Asked::Sent(_)), _) => return to_page("?done=verify"),
        (Ok(Asked::Nothing), Some("change")) => Said::wrong(Locale::account_email_error_same),
        (Ok(Asked::Nothing), _) => return to_page(""),
        (Ok(Asked::Malformed), _) => Said::wrong(Locale::sign_up_error_address),
        (Err(refusal @ Refusal::Throttled { .. }), _) => Said::refused(refusal)?,
        (Err(refusal), _) => return Err(refusal.into()),
    };
    show(visit, &session, (typed, said), None).await
}
