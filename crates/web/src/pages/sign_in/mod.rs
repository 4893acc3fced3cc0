//! Signing in, in one step or several: one page a step, and what they share.
//!
//! A step opens its [`Journey`] from the sealed field `request`, proves one thing more, and hands the journey to
//! [`Visit::proceed`], which signs the person in or sends them to the next step.

pub mod enroll;
pub mod link;
pub mod login;
pub mod mail_code;
pub mod passkey;
pub mod passkey_offer;
mod said;
pub mod upstream;
pub mod verify;

use axum::response::Response;
use protocol::Params;
use provider::{
    Refusal,
    authorize::{Next, Page, Rejected, respond},
    browser_state::Origin,
    sessions::{self, Arrival, CookieId, SignedIn},
    sign_in::{self, Journey, OwnJourney, Person, Proven, Step, step},
};

pub use said::Said;

use super::{
    flow::{Stop, page_path},
    view::{AppView, Problem},
    visit::Visit,
};
use crate::{paths, session};

/// A journey that came back to a page of ours.
#[derive(Debug)]
pub struct Arrived {
    /// The journey. An authorization request was judged anew.
    pub journey: Journey,
    /// Whether it came back from the browser that it was sealed for. From elsewhere nothing is done for it.
    pub origin: Origin,
    /// Whether it has lasted too long. (An authorization request that has is refused where it is opened.)
    pub expired: bool,
}

impl Visit {
    /// Opens the journey in the parameter `request`.
    ///
    /// # Errors
    /// `Stop` when it is missing or garbled, or when the authorization request is too old or does not pass any more.
    pub async fn arrive(&self, params: &Params) -> Result<Arrived, Stop> {
        let sealed = params.get_once("request")?.ok_or(Stop::Problem(Problem::Forged))?;
        if let Some(own) = OwnJourney::open(&self.call, self.browser.binding(), sealed) {
            return Ok(Arrived { journey: Journey::Own(own.value), origin: own.origin, expired: own.expired });
        }
        let reopened = self.reopen(params).await?;
        Ok(Arrived { journey: reopened.flow.into(), origin: reopened.origin, expired: false })
    }

    /// The same, where somebody may come without one: they are on the way to the first page.
    ///
    /// # Errors
    /// `Stop` when there is one that cannot be opened.
    pub async fn arrive_or_begin(&self, params: &Params) -> Result<Arrived, Stop> {
        if params.contains("request") {
            return self.arrive(params).await;
        }
        let journey = Journey::Own(OwnJourney::to(&self.call, paths::HOME));
        Ok(Arrived { journey, origin: Origin::SameBrowser, expired: false })
    }

    /// The journey on which a mail was asked for, if the mail is read in the same browser. Elsewhere, and when it is
    /// over by now, they are on the way to the first page: an application would not know them there, and whoever asked
    /// may be somebody else.
    ///
    /// # Errors
    /// `Stop` when it cannot be judged now.
    pub async fn resume_journey(&self, sealed: Option<&str>) -> Result<Journey, Stop> {
        let home = Journey::Own(OwnJourney::to(&self.call, paths::HOME));
        let Some(sealed) = sealed else { return Ok(home) };
        if let Some(own) = OwnJourney::open(&self.call, self.browser.binding(), sealed) {
            return Ok(if own.origin == Origin::SameBrowser { Journey::Own(own.value) } else { home });
        }
        match self.reopen_sealed(sealed).await {
            Ok(reopened) if reopened.origin == Origin::SameBrowser => Ok(reopened.flow.into()),
            Ok(_) => Ok(home),
            Err(
                stop @ (Stop::Refusal(Refusal::Unavailable { .. } | Refusal::Internal(_))
                | Stop::Rejected(Rejected::Page(Refusal::Unavailable { .. } | Refusal::Internal(_)))),
            ) => Err(stop),
            Err(_) => Ok(home),
        }
    }

    /// Whether a form was made for another browser, or too long ago, so that it must be shown anew.
    ///
    /// # Errors
    /// `Stop` when the browser keeps no cookies: to show the form anew would not help.
    pub fn must_be_shown_anew(&self, arrived: &Arrived) -> Result<bool, Stop> {
        match arrived.origin {
            Origin::SameBrowser => Ok(arrived.expired),
            Origin::Elsewhere if self.browser.is_known() => Ok(true),
            Origin::Elsewhere => Err(self.keeps_no_cookies(&arrived.journey)),
        }
    }

    /// Sends the browser to a step of this sign-in.
    ///
    /// # Errors
    /// `Stop`.
    pub fn send_to_step(&self, page: Page, journey: &Journey) -> Result<Response, Stop> {
        let sealed = self.seal_journey(journey)?;
        Ok(self.with_cookie(self.see_other(&format!("{}?request={sealed}", self.path(page_path(page))))))
    }

    /// Seals the journey for this browser.
    ///
    /// # Errors
    /// `Stop`.
    pub fn seal_journey(&self, journey: &Journey) -> Result<String, Stop> {
        Ok(journey.seal(&self.call, self.browser.binding())?)
    }

    /// The application that asked, if any did.
    pub async fn app_of(&self, journey: &Journey) -> Option<AppView> {
        match journey.flow() {
            Some(flow) => Some(self.app_view(&flow.authorization).await),
            None => None,
        }
    }

    /// Goes on with a journey for who is signed in.
    ///
    /// # Errors
    /// `Stop`.
    pub async fn continue_journey(&self, journey: &Journey, session: Option<&SignedIn>) -> Result<Response, Stop> {
        let next = journey.advance(&self.call, session).await?;
        self.follow_journey(journey, next)
    }

    /// Goes where the decision says.
    ///
    /// # Errors
    /// `Stop`.
    pub fn follow_journey(&self, journey: &Journey, next: Next) -> Result<Response, Stop> {
        match (journey, next) {
            (Journey::Request(flow), next) => self.follow(flow, next),
            (Journey::Own(_), Next::Show(page)) => self.send_to_step(page, journey),
            (Journey::Own(own), _) => Ok(self.see_other(&self.path(&own.to))),
        }
    }

    /// Goes on when one thing more was proven: to the next step, or signed in. `None` when what was proven does not
    /// count: the person was disabled, or their password reset, meanwhile, or it is not the one who may sign in here.
    ///
    /// # Errors
    /// `Stop`: nobody was signed in or out.
    pub async fn proceed(&self, journey: Journey, proven: Proven) -> Result<Option<Response>, Stop> {
        self.proceed_from(journey, proven, false).await
    }

    /// The same from a form that says whether its browser could keep a passkey (the field `passkeys`): whoever is
    /// signed in by it and has none is offered one.
    ///
    /// # Errors
    /// `Stop`: nobody was signed in or out.
    pub async fn proceed_from(
        &self,
        journey: Journey,
        proven: Proven,
        keeps_passkeys: bool,
    ) -> Result<Option<Response>, Stop> {
        let session = self.signed_in().await?;
        let only = session.as_ref().and_then(|session| journey.only(&self.call, session));
        let live = session.as_ref().map(|session| session.session_id);
        if only.is_some_and(|only| only.user_id != proven.user_id) || !proven.counts_in(live) {
            return Ok(None);
        }
        let Some(person) = sign_in::person(&self.call, &proven).await? else { return Ok(None) };
        match step::next(&journey.need(&self.call), &person, proven.acr) {
            Step::Enough => {
                // Whoever confirms that it is still them is on the way to something else.
                let offers = keeps_passkeys && only.is_none() && self.may_offer_passkey(&person);
                self.sign_in(journey, (&proven, &person), session.as_ref(), offers).await
            }
            Step::Verify => Ok(Some(self.send_to_step(Page::StepUp, &journey.with(proven))?)),
            Step::Enroll(_) => Ok(Some(self.send_to_step(Page::Enroll, &journey.with(proven))?)),
        }
    }

    async fn sign_in(
        &self,
        journey: Journey,
        (proven, person): (&Proven, &Person),
        previous: Option<&SignedIn>,
        offers_passkey: bool,
    ) -> Result<Option<Response>, Stop> {
        let new_cookie = CookieId::random();
        let twin = match &journey {
            Journey::Request(flow) => respond::answered_in(&self.call, &flow.state, proven.user_id).await?,
            Journey::Own(_) => None,
        };
        let arrival = Arrival { previous, twin, old_cookie: session::current_cookie(&self.session), new_cookie };
        let Some(signed_in) = sessions::establish(&self.call, (proven, person), &arrival).await? else {
            return Ok(None);
        };
        session::renew_cookie(&self.session, new_cookie).await?;
        let journey = journey.authenticated_by(&signed_in);
        if offers_passkey {
            return self.send_to_passkey_offer(&journey).map(Some);
        }
        self.continue_journey(&journey, Some(&signed_in)).await.map(Some)
    }
}
