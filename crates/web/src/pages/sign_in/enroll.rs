//! `/login/enroll`: setting up a factor that is needed, by whoever has none that is strong enough.

use axum::response::Response;
use http::StatusCode;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    authorize::{Page, interaction},
    factors::totp::{self, Confirmed, Setup},
    sign_in::{Acr, Journey, Method, Step, step},
};

use super::verify::Middle;
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::{Stop, person_view},
        form::OwnForm,
        view::{EnrollPage, RecoveryCodesPage, TotpSetupView},
        visit::Visit,
    },
    paths,
};

/// `GET /login/enroll`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /login/enroll`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

/// The sign-in that lacks a factor which nobody has set up yet, and how strong it must become.
async fn lacking(visit: &Visit, journey: Journey) -> Result<(Middle, Acr), Stop> {
    let middle = visit.middle(journey).await?;
    let page = match step::next(&middle.journey.need(&visit.call), &middle.person, middle.proven.acr) {
        Step::Enroll(target) => return Ok((middle, target)),
        Step::Verify => Page::StepUp,
        Step::Enough => Page::SignIn,
    };
    Err(Stop::Instead(Box::new(visit.send_to_step(page, &middle.journey)?)))
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let arrived = visit.arrive(params).await?;
    let (middle, target) = lacking(visit, arrived.journey).await?;
    let setup = begin(visit, &middle, target)?;
    show(visit, &middle, setup, (StatusCode::OK, None)).await
}

/// An app reaches `aal2`; whoever must reach more does not see it.
fn begin(visit: &Visit, middle: &Middle, target: Acr) -> Result<Option<Setup>, Stop> {
    if target > Acr::Aal2 || middle.person.has_totp {
        return Ok(None);
    }
    Ok(Some(totp::begin(&visit.call, visit.browser.binding(), &middle.person)?))
}

async fn show(
    visit: &Visit,
    middle: &Middle,
    setup: Option<Setup>,
    (status, error): (StatusCode, Option<fn(Locale) -> Text>),
) -> Result<Response, Stop> {
    let app = visit.app_of(&middle.journey).await;
    let frame = visit.frame(middle.journey.ui_locales());
    let texts = frame.texts;
    let request = visit.seal_journey(&middle.journey)?;
    let page = EnrollPage {
        request: &request,
        action: &visit.path(paths::ENROLL),
        totp: setup.as_ref().map(TotpSetupView::of),
        error: error.map(|error| error(texts)),
        app,
        account: person_view(&middle.person),
        frame,
    };
    Ok(visit.with_cookie(visit.show(status, &texts.tag(), &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let arrived = visit.arrive(&form.0).await?;
    if visit.must_be_shown_anew(&arrived)? {
        return visit.send_to_step(Page::SignIn, &arrived.journey);
    }
    match form.field("choice")? {
        Some("decline") => decline(visit, arrived.journey).await,
        // The factor is set up, and counts; the codes were shown.
        Some("continue") => {
            let middle = visit.middle(arrived.journey).await?;
            proceed(visit, middle).await
        }
        _ => confirm(visit, form, arrived.journey).await,
    }
}

async fn proceed(visit: &Visit, middle: Middle) -> Result<Response, Stop> {
    let Middle { journey, proven, .. } = middle;
    match visit.proceed(journey.clone(), proven).await? {
        Some(response) => Ok(response),
        None => visit.send_to_step(Page::SignIn, &journey),
    }
}

async fn confirm(visit: &Visit, form: &OwnForm, journey: Journey) -> Result<Response, Stop> {
    let (middle, target) = lacking(visit, journey).await?;
    let binding = visit.browser.binding();
    let sealed = form.field("setup")?.unwrap_or_default();
    let code = form.field("code")?.unwrap_or_default();
    let said = match totp::confirm(&visit.call, binding, &middle.person, (sealed, code)).await? {
        Confirmed::Done(codes) => {
            // The code that confirmed the app proves that they have it.
            let proven = middle.proven.clone().and(Method::Totp);
            let middle = Middle { journey: middle.journey.with(proven.clone()), proven, ..middle };
            return match codes {
                Some(codes) => show_codes(visit, &middle, &codes),
                None => proceed(visit, middle).await,
            };
        }
        Confirmed::Already => return visit.send_to_step(Page::StepUp, &middle.journey),
        Confirmed::Wrong => {
            let setup = totp::again(&visit.call, binding, &middle.person, sealed);
            let said = (StatusCode::BAD_REQUEST, Some(Locale::verify_error_code as fn(Locale) -> Text));
            return show(visit, &middle, setup, said).await;
        }
        Confirmed::Expired => (StatusCode::BAD_REQUEST, Some(Locale::enroll_error_expired as fn(Locale) -> Text)),
    };
    let setup = begin(visit, &middle, target)?;
    show(visit, &middle, setup, said).await
}

fn show_codes(visit: &Visit, middle: &Middle, codes: &[zeroize::Zeroizing<String>]) -> Result<Response, Stop> {
    let frame = visit.frame(middle.journey.ui_locales());
    let language = frame.texts.tag();
    let request = visit.seal_journey(&middle.journey)?;
    let page = RecoveryCodesPage {
        frame,
        request: Some(&request),
        action: &visit.path(paths::ENROLL),
        next: None,
        codes: codes.iter().map(|code| code.as_str()).collect(),
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &language, &page)))
}

/// They do not want to: the application is told, and on the way to a page of ours nobody is signed in.
async fn decline(visit: &Visit, journey: Journey) -> Result<Response, Stop> {
    let middle = visit.middle(journey).await?;
    match middle.journey.flow() {
        Some(flow) => Ok(visit.answer(&interaction::unmet(&visit.call, flow))),
        None => Ok(visit.see_other(&visit.path(paths::HOME))),
    }
}
