//! `/login/enroll`: setting up a factor that is needed, by whoever has none that is strong enough.

use axum::response::Response;
use http::StatusCode;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    authorize::{Page, interaction},
    factors::{
        passkey::{self, Added, Begun},
        totp::{self, Confirmed, Setup},
    },
    sign_in::{Acr, Journey, Method, Step, step},
};

use super::{Said, verify::Middle};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::{Stop, person_view},
        form::OwnForm,
        view::{EnrollPage, PasskeyView, RecoveryCodesPage, TotpSetupView},
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
    show(visit, &middle, setup, (Said::NOTHING, Of::App)).await
}

/// Which of the two ways an answer is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    App,
    Passkey,
}

/// An app reaches `aal2`; whoever must reach more does not see it.
fn begin(visit: &Visit, middle: &Middle, target: Acr) -> Result<Option<Setup>, Stop> {
    if target > Acr::Aal2 || middle.person.has_totp {
        return Ok(None);
    }
    Ok(Some(totp::begin(&visit.call, visit.browser.binding(), &middle.person)?))
}

async fn show(visit: &Visit, middle: &Middle, setup: Option<Setup>, (said, of): (Said, Of)) -> Result<Response, Stop> {
    let passkey = match passkey::begin(&visit.call, visit.browser.binding(), &middle.person).await? {
        Begun::Asked(asked) => Some(PasskeyView::from(asked)),
        Begun::Full | Begun::Off => None,
    };
    let app = visit.app_of(&middle.journey).await;
    let frame = visit.frame(middle.journey.ui_locales());
    let texts = frame.texts;
    let request = visit.seal_journey(&middle.journey)?;
    let page = EnrollPage {
        request: &request,
        action: &visit.path(paths::ENROLL),
        totp: setup.as_ref().map(TotpSetupView::of),
        error: said.text(texts).filter(|_| of == Of::App),
        passkey,
        passkey_error: said.text(texts).filter(|_| of == Of::Passkey),
        app,
        account: person_view(&middle.person),
        frame,
    };
    Ok(visit.with_cookie(said.on(visit.show(said.status, &texts.tag(), &page))))
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
        _ => match form.passkey()? {
            Some(answer) => create(visit, answer, arrived.journey).await,
            None => confirm(visit, form, arrived.journey).await,
        },
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
            return set_up(visit, middle, Method::Totp, codes).await;
        }
        Confirmed::Already => return visit.send_to_step(Page::StepUp, &middle.journey),
        Confirmed::Wrong => {
            let setup = totp::again(&visit.call, binding, &middle.person, sealed);
            return show(visit, &middle, setup, (Said::wrong(Locale::verify_error_code), Of::App)).await;
        }
        Confirmed::Expired => Said::wrong(Locale::enroll_error_expired),
    };
    let setup = begin(visit, &middle, target)?;
    show(visit, &middle, setup, (said, Of::App)).await
}

/// Makes a passkey. Its device verified them while they did.
async fn create(visit: &Visit, answer: passkey::Answer<'_>, journey: Journey) -> Result<Response, Stop> {
    let (middle, target) = lacking(visit, journey).await?;
    let language = visit.frame(middle.journey.ui_locales()).texts;
    let binding = visit.browser.binding();
    let said = match passkey::finish(&visit.call, binding, &middle.person, answer, (None, language)).await? {
        Added::Done { method, codes, .. } => return set_up(visit, middle, method, codes).await,
        Added::Already => Locale::passkey_error_already as fn(Locale) -> Text,
        Added::Full => Locale::passkey_error_full,
        Added::Expired => Locale::passkey_error_create_expired,
        Added::Refused => Locale::passkey_error_create,
    };
    let setup = begin(visit, &middle, target)?;
    show(visit, &middle, setup, (Said::wrong(said), Of::Passkey)).await
}

/// A factor is set up and proven. Codes that came with it are shown first.
async fn set_up(visit: &Visit, middle: Middle, method: Method, codes: Option<Codes>) -> Result<Response, Stop> {
    let proven = middle.proven.clone().and(method);
    let middle = Middle { journey: middle.journey.with(proven.clone()), proven, ..middle };
    match codes {
        Some(codes) => show_codes(visit, &middle.journey, (&codes, paths::ENROLL)),
        None => proceed(visit, middle).await,
    }
}

type Codes = Vec<zeroize::Zeroizing<String>>;

/// Shows recovery codes, once. The page leads to `next`.
pub(super) fn show_codes(visit: &Visit, journey: &Journey, (codes, next): (&Codes, &str)) -> Result<Response, Stop> {
    let frame = visit.frame(journey.ui_locales());
    let language = frame.texts.tag();
    let request = visit.seal_journey(journey)?;
    let page = RecoveryCodesPage {
        frame,
        request: Some(&request),
        action: &visit.path(next),
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
