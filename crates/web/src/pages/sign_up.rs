//! `/sign-up`: making an account; `/invitation`: accepting an invitation to one.

use axum::response::Response;
use http::StatusCode;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    authorize::Page,
    id::OneTimeId,
    one_time::{Kind, Over},
    people::sign_up::{self, Asked, Filled, Outcome},
    sign_in::Journey,
};

use super::{
    by_mail::{Mailed, Taken, unfit},
    flow::Stop,
    form::OwnForm,
    sign_in::Said,
    view::{FilledView, Link, MailAskPage, MailSentPage, SignUpPage},
    visit::Visit,
};
use crate::{
    extract::{Query, params::Unreadable},
    paths,
};

/// `GET /sign-up`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /sign-up`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

/// `GET /sign-up/confirm`.
pub async fn get_link(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    shown(&visit, Kind::SignUp, query).await
}

/// `POST /sign-up/confirm`.
pub async fn post_link(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    filled_in(&visit, Kind::SignUp, form).await
}

/// `GET /invitation`.
pub async fn get_invitation(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    shown(&visit, Kind::Invitation, query).await
}

/// `POST /invitation`.
pub async fn post_invitation(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    filled_in(&visit, Kind::Invitation, form).await
}

async fn shown(visit: &Visit, kind: Kind, query: Result<Query, Unreadable>) -> Response {
    match query {
        Ok(Query(params)) => visit.finish(open_link(visit, kind, &params).await),
        Err(unreadable) => visit.unreadable(&unreadable),
    }
}

async fn filled_in(visit: &Visit, kind: Kind, form: Result<OwnForm, Response>) -> Response {
    match form {
        Ok(form) => visit.finish(submit_link(visit, kind, &form).await),
        Err(response) => response,
    }
}

/// Whoever cannot make an account signs in.
fn must_be_offered(visit: &Visit, journey: &Journey) -> Result<(), Stop> {
    if sign_up::is_offered(&visit.call) {
        return Ok(());
    }
    Err(Stop::Instead(Box::new(visit.send_to_step(Page::SignIn, journey)?)))
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let journey = visit.arrive_or_begin(params).await?.journey;
    must_be_offered(visit, &journey)?;
    if let Some(mailed) = visit.mailed(Kind::SignUp, params)? {
        return show_sent(visit, &journey, &mailed).await;
    }
    let hint = journey.flow().and_then(|flow| flow.authorization.login_hint.as_deref());
    let hint = hint.filter(|hint| hint.len() <= 320 && hint.contains('@')).unwrap_or_default().to_owned();
    show_ask(visit, &journey, &hint, Said::NOTHING).await
}

async fn show_ask(visit: &Visit, journey: &Journey, typed: &str, said: Said) -> Result<Response, Stop> {
    let app = visit.app_of(journey).await;
    let frame = visit.frame(journey.ui_locales());
    let texts = frame.texts;
    let request = visit.seal_journey(journey)?;
    let lede = match &app {
        Some(app) => texts.sign_up_lede(&app.name),
        None => texts.sign_up_lede_alone(&frame.theme.service),
    };
    let page = MailAskPage {
        heading: texts.sign_up_heading(),
        lede,
        app,
        action: &visit.path(paths::SIGN_UP),
        field: "email",
        label: texts.sign_up_email(),
        value: typed,
        fixed: false,
        error: said.text(texts),
        submit: texts.sign_up_send(),
        back: back(visit, (texts, journey), &request).await?,
        request: &request,
        frame,
    };
    Ok(visit.with_cookie(said.on(visit.show(said.status, &texts.tag(), &page))))
}

/// Where those go who have an account. Whoever is signed in may go on as who they are.
async fn back(visit: &Visit, (texts, journey): (Locale, &Journey), request: &str) -> Result<Link, Stop> {
    let signed_in = visit.signed_in().await?.is_some() && journey.flow().is_some();
    let path = if signed_in { paths::SELECT_ACCOUNT } else { paths::LOGIN };
    Ok(Link { href: format!("{}?request={request}", visit.path(path)), text: texts.sign_up_have_account() })
}

async fn show_sent(visit: &Visit, journey: &Journey, (mailed, sealed): &(Mailed, String)) -> Result<Response, Stop> {
    let app = visit.app_of(journey).await;
    let frame = visit.frame(journey.ui_locales());
    let texts = frame.texts;
    let request = visit.seal_journey(journey)?;
    let page = MailSentPage {
        heading: texts.by_mail_sent_heading(),
        lede: texts.sign_up_sent_lede(&mailed.typed),
        app,
        sent: sealed,
        action: &visit.path(paths::SIGN_UP),
        code: false,
        error: None,
        field: "email",
        typed: &mailed.typed,
        back: back(visit, (texts, journey), &request).await?,
        request: &request,
        frame,
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &texts.tag(), &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let arrived = visit.arrive(&form.0).await?;
    let anew = visit.must_be_shown_anew(&arrived)?;
    let journey = arrived.journey;
    must_be_offered(visit, &journey)?;
    let request = visit.seal_journey(&journey)?;
    if anew {
        let again = format!("{}?request={request}", visit.path(paths::SIGN_UP));
        return Ok(visit.with_cookie(visit.see_other(&again)));
    }
    let typed = form.field("email")?.unwrap_or_default();
    let language = visit.frame(journey.ui_locales()).texts;
    let said = match sign_up::ask(&visit.call, typed, request.clone(), language).await? {
        Asked::Sent => return visit.said_mailed((Kind::SignUp, paths::SIGN_UP), &request, (OneTimeId::new(), typed)),
        Asked::Malformed => Said::wrong(Locale::sign_up_error_address),
        Asked::Domain => Said::wrong(Locale::sign_up_error_domain),
    };
    show_ask(visit, &journey, typed, said).await
}

async fn open_link(visit: &Visit, kind: Kind, params: &Params) -> Result<Response, Stop> {
    let taken = visit.take_link(kind, params)?;
    show_form(visit, (kind, &taken), (StatusCode::OK, None)).await
}

async fn show_form(
    visit: &Visit,
    (kind, taken): (Kind, &Taken),
    (status, filled): (StatusCode, Option<FilledView>),
) -> Result<Response, Stop> {
    let found = sign_up::look(&visit.call, kind, &taken.token, visit.browser.binding()).await?;
    let link = found.map_err(|over| visit.over(kind, over))?;
    let address = link.address.clone().unwrap_or_default();
    let filled = match filled {
        Some(filled) => filled,
        None => {
            let form = sign_up::form(&visit.call, &link).await?;
            FilledView { username: form.username, name: form.name, ..FilledView::default() }
        }
    };
    let frame = visit.frame(None);
    let language = frame.texts.tag();
    let page = SignUpPage { frame, link: &taken.sealed, action: &visit.path(kind.path()), address: &address, filled };
    Ok(visit.with_cookie(visit.show(status, &language, &page)))
}

async fn submit_link(visit: &Visit, kind: Kind, form: &OwnForm) -> Result<Response, Stop> {
    let taken = visit.take_link(kind, &form.0)?;
    let text = |field: &str| Ok::<_, Stop>(form.field(field)?.unwrap_or_default().trim().to_owned());
    let view = FilledView { username: text("username")?, name: text("name")?, ..FilledView::default() };
    let texts = visit.frame(None).texts;
    let again = async |view: FilledView| show_form(visit, (kind, &taken), (StatusCode::BAD_REQUEST, Some(view))).await;
    let wrong_username = |error: Text| FilledView { username_error: Some(error), ..view.clone() };
    let wrong_password = |error: Text| FilledView { password_error: Some(error), ..view.clone() };
    let Some(password) = form.field("password")? else {
        return again(wrong_password(texts.new_password_error_missing())).await;
    };
    if view.username.is_empty() {
        return again(wrong_username(texts.sign_up_error_username())).await;
    }
    let filled =
        Filled { username: view.username.clone(), name: view.name.clone(), password: password.into(), language: texts };
    let link = (kind, taken.token.as_str(), visit.browser.binding());
    match sign_up::complete(&visit.call, link, filled).await? {
        Outcome::Done(proven, link) => {
            let journey = visit.resume_journey(link.journey()).await?;
            match visit.proceed(journey.clone(), proven).await? {
                Some(response) => Ok(response),
                None => visit.send_to_step(Page::SignIn, &journey),
            }
        }
        Outcome::Username => again(wrong_username(texts.sign_up_error_username())).await,
        Outcome::UsernameTaken => again(wrong_username(texts.sign_up_error_username_taken())).await,
        Outcome::Name => again(FilledView { name_error: Some(texts.sign_up_error_name()), ..view.clone() }).await,
        Outcome::Unfit(why) => again(wrong_password(unfit(texts, why))).await,
        Outcome::AddressTaken => Err(visit.note(
            StatusCode::CONFLICT,
            |texts| (texts.sign_up_taken_heading(), texts.sign_up_taken_message()),
            Some(Link { href: visit.path(paths::LOGIN), text: texts.home_sign_in() }),
        )),
        Outcome::Over => Err(visit.over(kind, Over::Ended)),
    }
}
