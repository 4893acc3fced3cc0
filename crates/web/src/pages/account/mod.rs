//! `/account`: what people see and change of their own account, one file a page.
//!
//! Whoever is not signed in, not freshly enough, or not strongly enough, goes to sign in and comes back. A form carries
//! a token for this browser and this session, besides what its `OwnForm` says; what it changed is told on the page that
//! it leads to.

mod activity;
mod apps;
mod data;
mod email;
mod profile;
mod security;
mod sessions;

use axum::{Router, response::Response, routing::get};
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    account::{self, Admission, FormCheck, Freshness, device::Device},
    authorize::{Next, Page},
    sessions::SignedIn,
    sign_in::{Journey, Person},
};

use super::{
    flow::{Stop, account_view},
    form::OwnForm,
    view::{
        Problem,
        account::{Done, Me, Room},
    },
    visit::Visit,
};
use crate::{paths, state::App};

/// What a page answers: its status, what is wrong with what was typed, and what was done before.
type Answer = (http::StatusCode, Option<fn(Locale) -> Text>, Option<Done>);

/// Every route of the account.
pub fn routes() -> Router<App> {
    Router::new()
        .route(paths::ACCOUNT, get(profile::get))
        .route(paths::ACCOUNT_PROFILE, get(profile::edit).post(profile::post))
        .route(paths::ACCOUNT_EMAIL, get(email::get).post(email::post))
        .route(paths::ACCOUNT_SECURITY, get(security::get))
        .route(paths::ACCOUNT_PASSWORD, get(security::password::get).post(security::password::post))
        .route(paths::ACCOUNT_TOTP, get(security::totp::get).post(security::totp::post))
        .route(paths::ACCOUNT_CODES, get(security::codes::get).post(security::codes::post))
        .route(paths::ACCOUNT_PASSKEY, get(security::passkey::get).post(security::passkey::post))
        .route(paths::ACCOUNT_PASSKEY_ADD, get(security::passkey::add).post(security::passkey::create))
        .route(paths::ACCOUNT_LINKED, get(security::linked::get).post(security::linked::post))
        .route(paths::ACCOUNT_SESSIONS, get(sessions::get).post(sessions::post))
        .route(paths::ACCOUNT_APPS, get(apps::get).post(apps::post))
        .route(paths::ACCOUNT_ACTIVITY, get(activity::get))
        .route(paths::ACCOUNT_DATA, get(data::get))
        .route(paths::ACCOUNT_EXPORT, axum::routing::post(data::export))
        .route(paths::ACCOUNT_DELETE, get(data::delete).post(data::post))
        .route(paths::ACCOUNT_DELETED, get(data::deleted))
}

/// Whose account it is.
#[derive(Clone, Debug)]
struct Owner {
    session: SignedIn,
    person: Person,
}

impl Visit {
    /// Lets its owner into a page of the account.
    ///
    /// # Errors
    /// `Stop` that sends everybody else to sign in, and back to `path` then.
    async fn enter(&self, path: &str, freshness: Freshness) -> Result<Owner, Stop> {
        let session = self.signed_in().await?;
        match account::admit(&self.call, session.as_ref(), path, freshness).await? {
            Admission::Granted(person) => match session {
                Some(session) => Ok(Owner { session, person: *person }),
                None => Err(Stop::Problem(Problem::Internal)),
            },
            Admission::SignInFirst(own) => {
                let journey = Journey::Own(own);
                let response = match journey.advance(&self.call, session.as_ref()).await? {
                    next @ Next::Show(_) => self.follow_journey(&journey, next)?,
                    // They were good enough a moment ago, and are not any more: to the first step.
                    _ => self.send_to_step(Page::SignIn, &journey)?,
                };
                Err(Stop::Instead(Box::new(response)))
            }
        }
    }

    /// Lets a form of its owner in that was shown on the page at `path`, which is where they come back to.
    ///
    /// # Errors
    /// `Stop` for everything else: it does nothing.
    async fn enter_with(&self, form: &OwnForm, path: &str, freshness: Freshness) -> Result<Owner, Stop> {
        let owner = self.enter(path, Freshness::Any).await?;
        let token = form.field("token")?.unwrap_or_default();
        match account::check_form(&self.call, self.browser.binding(), &owner.session, token) {
            FormCheck::Own => {}
            FormCheck::Stale => return Err(Stop::Instead(Box::new(self.done(path, Done::Expired)))),
            FormCheck::Forged => return Err(Stop::Problem(Problem::Forged)),
        }
        match freshness {
            Freshness::Any => Ok(owner),
            Freshness::Fresh => self.enter(path, Freshness::Fresh).await,
        }
    }

    /// What the pages of the account share.
    ///
    /// # Errors
    /// `Stop`.
    fn me(&self, owner: &Owner, room: Room, done: Option<Done>) -> Result<Me, Stop> {
        let token = account::form_token(&self.call, self.browser.binding(), &owner.session)?;
        Ok(Me { account: account_view(&owner.session), room, token, done })
    }

    /// Sends the browser to a page of ours that says what was done.
    pub(super) fn done(&self, path: &str, done: Done) -> Response {
        let mark = if path.contains('?') { '&' } else { '?' };
        self.see_other(&format!("{}{mark}done={}", self.path(path), done.code()))
    }
}

/// What the address says was done.
fn said(params: &Params) -> Result<Option<Done>, Stop> {
    Ok(params.get_once("done")?.and_then(Done::of))
}

/// Browser and system, in words.
fn device_words(texts: Locale, device: &Device) -> Option<Text> {
    match (&device.browser, &device.system) {
        (Some(browser), Some(system)) => Some(texts.my_device(browser, system)),
        (Some(one), None) | (None, Some(one)) => Some(Text::verbatim(one)),
        (None, None) => None,
    }
}
