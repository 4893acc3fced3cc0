//! `/login/code`: signing in with a code that is mailed; `/login/link`: with the link beside it.

use axum::response::Response;
use http::StatusCode;
use messages::Locale;
use protocol::Params;
use provider::{
    authorize::{Next, Page},
    one_time::{self, Kind, Standing},
    people::by_mail::{self, Asked},
    sessions::SignedIn,
    sign_in::{Journey, mail_code},
};

use super::{Said, login};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        by_mail::Mailed,
        flow::Stop,
        form::OwnForm,
        view::{Link, LinkPage, MailAskPage, MailSentPage},
        visit::Visit,
    },
    paths,
};

/// `GET /login/code`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /login/code`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

/// `GET /login/link`.
pub async fn get_link(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open_link(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /login/link`.
pub async fn post_link(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => follow(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

/// Who alone may sign in, if this step is to be seen on the journey.
async fn expected(visit: &Visit, journey: &Journey) -> Result<Option<SignedIn>, Stop> {
    let session = visit.signed_in().await?;
    match journey.advance(&visit.call, session.as_ref()).await? {
        Next::Show(Page::SignIn | Page::SignInAgain | Page::SignUp) if mail_code::is_offered(&visit.call) => {}
        Next::Show(Page::SignIn | Page::SignInAgain | Page::SignUp) => {
            return Err(Stop::Instead(Box::new(visit.send_to_step(Page::SignIn, journey)?)));
        }
        next => return Err(Stop::Instead(Box::new(visit.follow_journey(journey, next)?))),
    }
    Ok(session.filter(|session| journey.only(&visit.call, session).is_some()))
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let journey = visit.arrive_or_begin(params).await?.journey;
    if let Some(mailed) = visit.mailed(Kind::SignIn, params)? {
        expected(visit, &journey).await?;
        return show_sent(visit, &journey, &mailed, Said::NOTHING).await;
    }
    let journey = login::anew(visit, journey);
    let only = expected(visit, &journey).await?;
    let hint = journey.flow().and_then(|flow| flow.authorization.login_hint.as_deref());
    let hint = hint.filter(|hint| hint.len() <= 320).unwrap_or_default().to_owned();
    show_ask(visit, &journey, (&hint, only.as_ref()), Said::NOTHING).await
}

async fn show_ask(
    visit: &Visit,
    journey: &Journey,
    (typed, only): (&str, Option<&SignedIn>),
    said: Said,
) -> Result<Response, Stop> {
    let app = visit.app_of(journey).await;
    let frame = visit.frame(journey.ui_locales());
    let texts = frame.texts;
    let request = visit.seal_journey(journey)?;
    let page = MailAskPage {
        heading: texts.mail_code_heading(),
        lede: texts.mail_code_lede(),
        app,
        action: &visit.path(paths::MAIL_CODE),
        field: "username",
        label: texts.by_mail_name(),
        value: only.map_or(typed, |only| only.username.as_str()),
        fixed: only.is_some(),
        error: said.text(texts),
        submit: texts.mail_code_send(),
        back: back(visit, texts, &request),
        request: &request,
        frame,
    };
    Ok(visit.with_cookie(said.on(visit.show(said.status, &texts.tag(), &page))))
}

fn back(visit: &Visit, texts: Locale, request: &str) -> Link {
    Link { href: format!("{}?request={request}", visit.path(paths::LOGIN)), text: texts.by_mail_back() }
}

async fn show_sent(
    visit: &Visit,
    journey: &Journey,
    (mailed, sealed): &(Mailed, String),
    said: Said,
) -> Result<Response, Stop> {
    let app = visit.app_of(journey).await;
    let frame = visit.frame(journey.ui_locales());
    let texts = frame.texts;
    let request = visit.seal_journey(journey)?;
    let page = MailSentPage {
        heading: texts.mail_code_sent_heading(),
        lede: texts.mail_code_sent_lede(&mailed.typed),
        app,
        sent: sealed,
        action: &visit.path(paths::MAIL_CODE),
        code: true,
        error: said.text(texts),
        field: "username",
        typed: &mailed.typed,
        back: back(visit, texts, &request),
        request: &request,
        frame,
    };
    Ok(visit.with_cookie(said.on(visit.show(said.status, &texts.tag(), &page))))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let arrived = visit.arrive(&form.0).await?;
    let anew = visit.must_be_shown_anew(&arrived)?;
    let journey = arrived.journey;
    let request = visit.seal_journey(&journey)?;
    let ask_page = || visit.see_other(&format!("{}?request={request}", visit.path(paths::MAIL_CODE)));
    if anew {
        return Ok(visit.with_cookie(ask_page()));
    }
    let only = expected(visit, &journey).await?;
    if form.field("choice")? == Some("check") {
        let Some(mailed) = visit.mailed(Kind::SignIn, &form.0)? else { return Ok(visit.with_cookie(ask_page())) };
        return check(visit, form, journey, mailed).await;
    }
    let typed = only.as_ref().map(|only| only.username.as_str());
    let Some(typed) = typed.or(form.field("username")?) else {
        return show_ask(visit, &journey, ("", None), Said::wrong(Locale::by_mail_error_missing)).await;
    };
    let asked = Asked {
        kind: Kind::SignIn,
        typed: typed.to_owned(),
        only: only.as_ref().map(|only| only.user_id),
        browser: Some(visit.browser.binding().to_vec()),
        journey: request.clone(),
        language: visit.frame(journey.ui_locales()).texts,
    };
    let id = by_mail::ask(&visit.call, asked).await?;
    visit.said_mailed((Kind::SignIn, paths::MAIL_CODE), &request, (id, typed))
}

async fn check(visit: &Visit, form: &OwnForm, journey: Journey, mailed: (Mailed, String)) -> Result<Response, Stop> {
    let code = form.field("code")?.unwrap_or_default();
    let said = match mail_code::check(&visit.call, mailed.0.id, code, visit.browser.binding()).await {
        Ok(Some(proven)) => match visit.proceed(journey.clone(), proven).await? {
            Some(response) => return Ok(response),
            None => Said::wrong(Locale::mail_code_error),
        },
        Ok(None) => Said::wrong(Locale::mail_code_error),
        Err(refusal) => Said::refused(refusal)?,
    };
    show_sent(visit, &journey, &mailed, said).await
}

async fn open_link(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let taken = visit.take_link(Kind::SignIn, params)?;
    match one_time::peek(&visit.call, Kind::SignIn, &taken.token, visit.browser.binding()).await? {
        Standing::Over(over) => Err(visit.over(Kind::SignIn, over)),
        Standing::Live(_) => {
            let frame = visit.frame(None);
            let texts = frame.texts;
            let page = LinkPage {
                heading: texts.sign_in_heading(),
                lede: texts.sign_in_link_lede(&frame.theme.service),
                link: &taken.sealed,
                action: &visit.path(paths::MAIL_LINK),
                submit: texts.sign_in_submit(),
                frame,
            };
            Ok(visit.with_cookie(visit.show(StatusCode::OK, &texts.tag(), &page)))
        }
    }
}

async fn follow(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let taken = visit.take_link(Kind::SignIn, &form.0)?;
    let binding = visit.browser.binding();
    let link = match one_time::peek(&visit.call, Kind::SignIn, &taken.token, binding).await? {
        Standing::Live(link) => link,
        Standing::Over(over) => return Err(visit.over(Kind::SignIn, over)),
    };
    // Before it is spent: what cannot be opened now can be tried again.
    let journey = visit.resume_journey(link.journey()).await?;
    let Some((proven, _)) = mail_code::follow(&visit.call, &taken.token, binding).await? else {
        return Err(visit.over(Kind::SignIn, one_time::Over::Spent));
    };
    match visit.proceed(journey.clone(), proven).await? {
        Some(response) => Ok(response),
        None => visit.send_to_step(Page::SignIn, &journey),
    }
}
