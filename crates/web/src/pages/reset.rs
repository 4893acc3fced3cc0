//! `/reset`: a new password in place of a forgotten one.

use axum::response::Response;
use http::StatusCode;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    one_time::{Kind, Over},
    people::{
        by_mail::{self, Asked},
        reset::{self, Outcome, Owner},
    },
    sign_in::Journey,
};

use super::{
    by_mail::{Mailed, Taken, unfit},
    flow::{Stop, person_view},
    form::OwnForm,
    sign_in::{Said, login::PASSWORD_CHANGED},
    view::{Link, MailAskPage, MailSentPage, NewPasswordPage, Problem},
    visit::Visit,
};
use crate::{
    extract::{Query, params::Unreadable},
    paths,
};

/// `GET /reset`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) if params.contains("token") || params.contains("link") => open_link(&visit, &params).await,
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /reset`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) if form.0.contains("link") => submit_link(&visit, &form).await,
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

fn must_be_offered(visit: &Visit) -> Result<(), Stop> {
    if provider::mail::is_configured(visit.call.provider()) { Ok(()) } else { Err(Stop::Problem(Problem::NotFound)) }
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    must_be_offered(visit)?;
    let journey = visit.arrive_or_begin(params).await?.journey;
    if let Some(mailed) = visit.mailed(Kind::ResetPassword, params)? {
        return show_sent(visit, &journey, &mailed).await;
    }
    let hint = journey.flow().and_then(|flow| flow.authorization.login_hint.as_deref());
    let hint = hint.filter(|hint| hint.len() <= 320).unwrap_or_default().to_owned();
    show_ask(visit, &journey, &hint, Said::NOTHING).await
}

async fn show_ask(visit: &Visit, journey: &Journey, typed: &str, said: Said) -> Result<Response, Stop> {
    let app = visit.app_of(journey).await;
    let frame = visit.frame(journey.ui_locales());
    let texts = frame.texts;
    let request = visit.seal_journey(journey)?;
    let page = MailAskPage {
        heading: texts.reset_heading(),
        lede: texts.reset_lede(),
        app,
        action: &visit.path(paths::RESET),
        field: "username",
        label: texts.by_mail_name(),
        value: typed,
        fixed: false,
        error: said.text(texts),
        submit: texts.reset_send(),
        back: back(visit, texts, &request),
        request: &request,
        frame,
    };
    Ok(visit.with_cookie(said.on(visit.show(said.status, &texts.tag(), &page))))
}

fn back(visit: &Visit, texts: Locale, request: &str) -> Link {
    Link { href: format!("{}?request={request}", visit.path(paths::LOGIN)), text: texts.by_mail_back() }
}

async fn show_sent(visit: &Visit, journey: &Journey, (mailed, sealed): &(Mailed, String)) -> Result<Response, Stop> {
    let app = visit.app_of(journey).await;
    let frame = visit.frame(journey.ui_locales());
    let texts = frame.texts;
    let request = visit.seal_journey(journey)?;
    let page = MailSentPage {
        heading: texts.by_mail_sent_heading(),
        lede: texts.reset_sent_lede(&mailed.typed),
        app,
        sent: sealed,
        action: &visit.path(paths::RESET),
        code: false,
        error: None,
        field: "username",
        typed: &mailed.typed,
        back: back(visit, texts, &request),
        request: &request,
        frame,
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &texts.tag(), &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    must_be_offered(visit)?;
    let arrived = visit.arrive(&form.0).await?;
    let anew = visit.must_be_shown_anew(&arrived)?;
    let journey = arrived.journey;
    let request = visit.seal_journey(&journey)?;
    if anew {
        let again = format!("{}?request={request}", visit.path(paths::RESET));
        return Ok(visit.with_cookie(visit.see_other(&again)));
    }
    let Some(typed) = form.field("username")? else {
        return show_ask(visit, &journey, "", Said::wrong(Locale::by_mail_error_missing)).await;
    };
    let asked = Asked {
        kind: Kind::ResetPassword,
        typed: typed.to_owned(),
        only: None,
        browser: None,
        journey: request.clone(),
        language: visit.frame(journey.ui_locales()).texts,
    };
    let id = by_mail::ask(&visit.call, asked).await?;
    visit.said_mailed((Kind::ResetPassword, paths::RESET), &request, (id, typed))
}

async fn open_link(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let taken = visit.take_link(Kind::ResetPassword, params)?;
    show_form(visit, &taken, (StatusCode::OK, None)).await
}

async fn show_form(
    visit: &Visit,
    taken: &Taken,
    (status, error): (StatusCode, Option<Text>),
) -> Result<Response, Stop> {
    let owner = reset::look(&visit.call, &taken.token, visit.browser.binding()).await?;
    let Owner { person, .. } = owner.map_err(|over| visit.over(Kind::ResetPassword, over))?;
    let frame = visit.frame(None);
    let language = frame.texts.tag();
    let page = NewPasswordPage {
        frame,
        link: &taken.sealed,
        action: &visit.path(paths::RESET),
        account: person_view(&person),
        error,
    };
    Ok(visit.with_cookie(visit.show(status, &language, &page)))
}

async fn submit_link(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let taken = visit.take_link(Kind::ResetPassword, &form.0)?;
    let Some(password) = form.field("password")? else {
        let error = visit.frame(None).texts.new_password_error_missing();
        return show_form(visit, &taken, (StatusCode::BAD_REQUEST, Some(error))).await;
    };
    let link = (taken.token.as_str(), visit.browser.binding());
    match reset::complete(&visit.call, link, password.into()).await? {
        Outcome::Done(link) => {
            let journey = visit.resume_journey(link.journey()).await?;
            let request = visit.seal_journey(&journey)?;
            let onward = format!("{}?request={request}&done={PASSWORD_CHANGED}", visit.path(paths::LOGIN));
            Ok(visit.with_cookie(visit.see_other(&onward)))
        }
        Outcome::Unfit(why) => {
            let error = unfit(visit.frame(None).texts, why);
            show_form(visit, &taken, (StatusCode::BAD_REQUEST, Some(error))).await
        }
        Outcome::Over => Err(visit.over(Kind::ResetPassword, Over::Ended)),
    }
}
