//! `/login/passkey-offer`: whoever signed in without a passkey is offered one, between signing in and going on. One
//! click skips it, and this browser remembers that for a while.

use axum::response::Response;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use messages::{Locale, Text};
use provider::{
    Issuer,
    authorize::Page,
    factors::{
        self,
        passkey::{self, Added, Begun},
    },
    sessions::SignedIn,
    sign_in::{Journey, Person, step},
};
use time::Duration;

use super::enroll::show_codes;
use crate::{
    extract::{Query, browser::cookie_name, params::Unreadable},
    pages::{
        flow::{Stop, person_view},
        form::OwnForm,
        view::{PasskeyOfferPage, PasskeyView},
        visit::Visit,
    },
    paths,
};

const NAME: &str = "chancery-no-passkey";
const REMEMBERED: Duration = Duration::days(30);
/// How long after a sign-in a passkey may be added without another one.
const FRESH: Duration = Duration::minutes(10);

/// Whether somebody said "not now" in this browser, not long ago.
#[must_use]
pub fn was_declined(headers: &HeaderMap, issuer: &Issuer) -> bool {
    CookieJar::from_headers(headers).get(&cookie_name(issuer, NAME)).is_some()
}

/// `GET /login/passkey-offer`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => match visit.arrive(&params).await {
            Ok(arrived) => open(&visit, arrived.journey).await,
            Err(stop) => Err(stop),
        },
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /login/passkey-offer`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

impl Visit {
    /// Whether somebody may be offered a passkey in this browser.
    pub(super) fn may_offer_passkey(&self, person: &Person) -> bool {
        passkey::is_on(self.call.provider()) && person.passkeys == 0 && !self.wants_no_passkey
    }

    /// Sends the browser to the offer.
    pub(super) fn send_to_passkey_offer(&self, journey: &Journey) -> Result<Response, Stop> {
        let sealed = self.seal_journey(journey)?;
        Ok(self.with_cookie(self.see_other(&format!("{}?request={sealed}", self.path(paths::PASSKEY_OFFER)))))
    }
}

/// Who is to be offered one: they signed in a moment ago, as strongly as they can, and have none yet. Everybody else
/// goes on.
async fn offered(visit: &Visit, journey: &Journey) -> Result<Person, Stop> {
    let Some(session) = visit.signed_in().await? else {
        return Err(Stop::Instead(Box::new(visit.send_to_step(Page::SignIn, journey)?)));
    };
    let person = factors::person(&visit.call, session.user_id).await?;
    match person.filter(|person| visit.may_offer_passkey(person) && is_fresh(visit, &session, person)) {
        Some(person) => Ok(person),
        None => Err(Stop::Instead(Box::new(visit.continue_journey(journey, Some(&session)).await?))),
    }
}

fn is_fresh(visit: &Visit, session: &SignedIn, person: &Person) -> bool {
    visit.call.now - session.auth_time <= FRESH
        && session.acr >= step::attainable(person)
        && session.user_epoch == person.epoch
}

async fn open(visit: &Visit, journey: Journey) -> Result<Response, Stop> {
    let person = offered(visit, &journey).await?;
    show(visit, &journey, &person, (StatusCode::OK, None)).await
}

/// What the page says of the last attempt.
type Said = (StatusCode, Option<fn(Locale) -> Text>);

async fn show(visit: &Visit, journey: &Journey, person: &Person, (status, error): Said) -> Result<Response, Stop> {
    let asked = match passkey::begin(&visit.call, visit.browser.binding(), person).await? {
        Begun::Asked(asked) => asked,
        Begun::Full | Begun::Off => return go_on(visit, journey).await,
    };
    let frame = visit.frame(journey.ui_locales());
    let texts = frame.texts;
    let request = visit.seal_journey(journey)?;
    let page = PasskeyOfferPage {
        request: &request,
        action: &visit.path(paths::PASSKEY_OFFER),
        passkey: PasskeyView::from(asked),
        error: error.map(|error| error(texts)),
        account: person_view(person),
        frame,
    };
    Ok(visit.with_cookie(visit.show(status, &texts.tag(), &page)))
}

async fn go_on(visit: &Visit, journey: &Journey) -> Result<Response, Stop> {
    let session = visit.signed_in().await?;
    visit.continue_journey(journey, session.as_ref()).await
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let arrived = visit.arrive(&form.0).await?;
    if visit.must_be_shown_anew(&arrived)? {
        return visit.send_to_passkey_offer(&arrived.journey);
    }
    let journey = arrived.journey;
    match (form.field("choice")?, form.passkey()?) {
        (Some("later"), _) => Ok(declined(visit, go_on(visit, &journey).await?)),
        (None, Some(answer)) => {
            let person = offered(visit, &journey).await?;
            let language = visit.frame(journey.ui_locales()).texts;
            let binding = visit.browser.binding();
            let said: fn(Locale) -> Text =
                match passkey::finish(&visit.call, binding, &person, answer, (None, language)).await? {
                    Added::Done { codes: Some(codes), .. } => {
                        return show_codes(visit, &journey, (&codes, paths::PASSKEY_OFFER));
                    }
                    Added::Done { codes: None, .. } | Added::Full => return go_on(visit, &journey).await,
                    Added::Already => Locale::passkey_error_already,
                    Added::Expired => Locale::passkey_error_create_expired,
                    Added::Refused => Locale::passkey_error_create,
                };
            show(visit, &journey, &person, (StatusCode::BAD_REQUEST, Some(said))).await
        }
        // The recovery codes were shown.
        _ => go_on(visit, &journey).await,
    }
}

/// Remembers it in this browser.
fn declined(visit: &Visit, mut response: Response) -> Response {
    let issuer = &visit.call.settings.issuer;
    let cookie = Cookie::build((cookie_name(issuer, NAME), "1"))
        .path("/")
        .http_only(true)
        .secure(issuer.is_https())
        .same_site(SameSite::Lax)
        .max_age(REMEMBERED)
        .build();
    if let Ok(cookie) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
