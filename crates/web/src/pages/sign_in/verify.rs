//! `/login/verify`: one more factor that the person has.

use axum::response::Response;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    authorize::{Next, Page},
    factors::{
        passkey::{self, Checked},
        recovery, totp,
    },
    sign_in::{self, Acr, Journey, Method, Person, Proven, Step, step},
};

use super::Said;
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::{Stop, person_view},
        form::OwnForm,
        view::{PasskeyView, SecondFactor, VerifyPage},
        visit::Visit,
    },
    paths,
};

/// `GET /login/verify`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /login/verify`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

/// Somebody in the middle of a sign-in: what they have proven, and what they could prove.
pub(super) struct Middle {
    pub(super) journey: Journey,
    pub(super) proven: Proven,
    pub(super) person: Person,
}

impl Visit {
    /// The sign-in that is in the middle, by what was proven in it, or by a live session that is to be stepped up.
    ///
    /// # Errors
    /// `Stop` that sends them where they belong, when there is no such sign-in.
    pub(super) async fn middle(&self, journey: Journey) -> Result<Middle, Stop> {
        let session = self.signed_in().await?;
        let next = journey.advance(&self.call, session.as_ref()).await?;
        let live = session.as_ref().map(|session| session.session_id);
        let proven = match (journey.proven(&self.call).filter(|proven| proven.counts_in(live)), &next, &session) {
            (Some(proven), ..) => Some(proven.clone()),
            (None, Next::Show(Page::StepUp), Some(session)) => Some(Proven::of_session(session, self.call.now)),
            _ => None,
        };
        let person = match &proven {
            Some(proven) => sign_in::person(&self.call, proven).await?,
            None => None,
        };
        match proven.zip(person) {
            Some((proven, person)) => Ok(Middle { journey, proven, person }),
            None => Err(Stop::Instead(Box::new(self.follow_journey(&journey, next)?))),
        }
    }
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let arrived = visit.arrive(params).await?;
    let middle = visit.middle(arrived.journey).await?;
    match step::next(&middle.journey.need(&visit.call), &middle.person, middle.proven.acr) {
        Step::Verify => {}
        Step::Enroll(_) => return visit.send_to_step(Page::Enroll, &middle.journey),
        // What was proven is enough, but nobody is signed in by looking at a page.
        Step::Enough => return visit.send_to_step(Page::SignIn, &middle.journey),
    }
    let wanted = params.get_once("with")?.and_then(kind);
    show(visit, &middle, wanted, Said::NOTHING).await
}

fn kind(name: &str) -> Option<SecondFactor> {
    match name {
        "passkey" => Some(SecondFactor::Passkey),
        "totp" => Some(SecondFactor::Totp),
        "recovery" => Some(SecondFactor::Recovery),
        _ => None,
    }
}

async fn show(visit: &Visit, middle: &Middle, wanted: Option<SecondFactor>, said: Said) -> Result<Response, Stop> {
    let Middle { journey, proven, person } = middle;
    let offered = offered(person, proven);
    let chosen = wanted.filter(|wanted| offered.contains(wanted)).or(offered.first().copied());
    let passkey = match chosen {
        Some(SecondFactor::Passkey) => passkey::ask(&visit.call, visit.browser.binding(), person.user_id).await?,
        _ => None,
    };
    // It was removed this moment.
    let is_gone = chosen == Some(SecondFactor::Passkey) && passkey.is_none();
    let chosen = if is_gone { offered.iter().copied().find(|other| Some(*other) != chosen) } else { chosen };
    let app = visit.app_of(journey).await;
    let frame = visit.frame(journey.ui_locales());
    let texts = frame.texts;
    let request = visit.seal_journey(journey)?;
    let path = visit.path(paths::VERIFY);
    let page = VerifyPage {
        request: &request,
        action: &path,
        others: offered
            .iter()
            .filter(|other| Some(**other) != chosen)
            .map(|other| (*other, format!("{path}?request={request}&with={}", other.name())))
            .collect(),
        chosen,
        passkey: passkey.map(PasskeyView::from),
        error: said.text(texts),
        app,
        account: person_view(person),
        frame,
    };
    Ok(visit.with_cookie(said.on(visit.show(said.status, &texts.tag(), &page))))
}

/// What could raise what was proven.
fn offered(person: &Person, proven: &Proven) -> Vec<SecondFactor> {
    let mut offered = Vec::new();
    if person.passkeys > 0 && proven.acr < Acr::Phr {
        offered.push(SecondFactor::Passkey);
    }
    if person.has_totp && proven.acr < Acr::Aal2 {
        offered.push(SecondFactor::Totp);
    }
    if person.recovery_codes > 0 && proven.acr < Acr::Aal2 {
        offered.push(SecondFactor::Recovery);
    }
    offered
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let arrived = visit.arrive(&form.0).await?;
    if visit.must_be_shown_anew(&arrived)? {
        return visit.send_to_step(Page::SignIn, &arrived.journey);
    }
    let middle = visit.middle(arrived.journey).await?;
    let chosen = form.field("with")?.and_then(kind);
    let said = match check(visit, form, &middle, chosen).await {
        Ok(Judged::Right(method)) => {
            let proven = middle.proven.clone().and(method);
            match visit.proceed_from(middle.journey.clone(), proven, form.keeps_passkeys()?).await? {
                Some(response) => return Ok(response),
                None => return visit.send_to_step(Page::SignIn, &middle.journey),
            }
        }
        Ok(Judged::Wrong(text)) => Said::wrong(text),
        Err(Stop::Refusal(refusal)) => Said::refused(refusal)?,
        Err(stop) => return Err(stop),
    };
    show(visit, &middle, chosen, said).await
}

/// What became of what was typed, or of what a passkey answered.
enum Judged {
    Right(Method),
    /// What the page says.
    Wrong(fn(Locale) -> Text),
}

/// Judges it. Only what would raise the sign-in is judged at all.
async fn check(visit: &Visit, form: &OwnForm, middle: &Middle, chosen: Option<SecondFactor>) -> Result<Judged, Stop> {
    let user = middle.person.user_id;
    let code = form.field("code")?.unwrap_or_default();
    let Some(chosen) = chosen.filter(|chosen| offered(&middle.person, &middle.proven).contains(chosen)) else {
        return Ok(Judged::Wrong(Locale::verify_error_code));
    };
    let (right, method, wrong): (_, _, fn(Locale) -> Text) = match chosen {
        SecondFactor::Passkey => return check_passkey(visit, form, middle).await,
        SecondFactor::Totp => (totp::verify(&visit.call, user, code).await?, Method::Totp, Locale::verify_error_code),
        SecondFactor::Recovery => {
            (recovery::verify(&visit.call, user, code).await?, Method::RecoveryCode, Locale::verify_error_recovery)
        }
    };
    Ok(if right { Judged::Right(method) } else { Judged::Wrong(wrong) })
}

/// It cannot be guessed, so no attempt is counted.
async fn check_passkey(visit: &Visit, form: &OwnForm, middle: &Middle) -> Result<Judged, Stop> {
    let Some(answer) = form.passkey()? else { return Ok(Judged::Wrong(Locale::passkey_cancelled)) };
    let only = Some(middle.person.user_id);
    Ok(match passkey::check(&visit.call, visit.browser.binding(), answer, only).await? {
        Checked::Right(there) => Judged::Right(there.method),
        Checked::Expired => Judged::Wrong(Locale::sign_in_error_expired),
        Checked::Unknown => Judged::Wrong(Locale::passkey_error_unknown),
        Checked::Refused => Judged::Wrong(Locale::passkey_error_refused),
    })
}
