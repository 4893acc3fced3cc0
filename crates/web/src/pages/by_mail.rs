//! What the pages share that send mail, and those that a mail leads to.
//!
//! A token stands in an address only once: it is sealed for this browser, and the browser is sent on. Looking at a link
//! spends nothing, since mail is looked at by machines as well.

use axum::response::Response;
use http::StatusCode;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    browser_state::{self, Errand, Origin},
    id::OneTimeId,
    one_time::{Kind, Over},
    people::new_password::Unfit,
};
use serde::{Deserialize, Serialize};

use super::{
    flow::Stop,
    view::{Link, NotePage, Problem},
    visit::Visit,
};
use crate::paths;

/// The longest that is kept of what was typed.
const LONGEST: usize = 320;
/// The longest token that is looked at.
const LONGEST_TOKEN: usize = 128;

/// A mail that was asked for on a page, which the page keeps until it is read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Mailed {
    /// What for.
    #[serde(rename = "k")]
    kind: String,
    /// Which mail, if there is any.
    #[serde(rename = "i")]
    pub id: OneTimeId,
    /// What was typed.
    #[serde(rename = "n")]
    pub typed: String,
}

#[derive(Serialize, Deserialize)]
struct Opened {
    #[serde(rename = "k")]
    kind: String,
    #[serde(rename = "t")]
    token: String,
}

/// A link that was opened in this browser.
#[derive(Debug)]
pub(super) struct Taken {
    /// The token.
    pub token: String,
    /// The same, sealed, for the hidden field `link`.
    pub sealed: String,
}

impl Visit {
    /// Sends the browser to the page that says that a mail is on its way.
    pub(super) fn said_mailed(
        &self,
        (kind, path): (Kind, &str),
        request: &str,
        (id, typed): (OneTimeId, &str),
    ) -> Result<Response, Stop> {
        let typed: String = typed.chars().take(LONGEST).collect();
        let mailed = Mailed { kind: kind.as_str().to_owned(), id, typed };
        let call = &self.call;
        let sealed = browser_state::seal(call, Errand::Mailed, self.browser.binding(), call.now, &mailed)?;
        Ok(self.with_cookie(self.see_other(&format!("{}?request={request}&sent={sealed}", self.path(path)))))
    }

    /// What was asked for in this browser a while ago; `None` when there is nothing of that kind.
    pub(super) fn mailed(&self, kind: Kind, params: &Params) -> Result<Option<(Mailed, String)>, Stop> {
        let Some(sealed) = params.get_once("sent")? else { return Ok(None) };
        let opened: Option<browser_state::Opened<Mailed>> =
            browser_state::open(&self.call, Errand::Mailed, self.browser.binding(), sealed);
        let own = opened.filter(|opened| opened.origin == Origin::SameBrowser && !opened.expired);
        let mailed = own.map(|opened| opened.value).filter(|mailed| mailed.kind == kind.as_str());
        Ok(mailed.map(|mailed| (mailed, sealed.to_owned())))
    }

    /// The link that a browser opened or a form sends back. One that is in the address is taken out of it first.
    ///
    /// # Errors
    /// `Stop` that sends the browser on, or says why there is no link.
    pub(super) fn take_link(&self, kind: Kind, params: &Params) -> Result<Taken, Stop> {
        if let Some(token) = params.get_once("token")?.filter(|token| token.len() <= LONGEST_TOKEN) {
            let opened = Opened { kind: kind.as_str().to_owned(), token: token.to_owned() };
            let call = &self.call;
            let sealed = browser_state::seal(call, Errand::Link, self.browser.binding(), call.now, &opened)?;
            let onward = self.see_other(&format!("{}?link={sealed}", self.path(kind.path())));
            return Err(Stop::Instead(Box::new(self.with_cookie(onward))));
        }
        let Some(sealed) = params.get_once("link")? else { return Err(self.over(kind, Over::Unknown)) };
        let opened: Option<browser_state::Opened<Opened>> =
            browser_state::open(&self.call, Errand::Link, self.browser.binding(), sealed);
        match opened.filter(|opened| opened.value.kind == kind.as_str()) {
            None => Err(self.over(kind, Over::Unknown)),
            Some(opened) if opened.origin == Origin::Elsewhere && !self.browser.is_known() => {
                Err(Stop::Problem(Problem::OtherBrowser))
            }
            Some(opened) if opened.origin == Origin::Elsewhere || opened.expired => Err(self.note(
                StatusCode::BAD_REQUEST,
                |texts| (texts.link_again_heading(), texts.link_again_message()),
                None,
            )),
            Some(opened) => Ok(Taken { token: opened.value.token, sealed: sealed.to_owned() }),
        }
    }

    /// Says that a link works no more, or not here, and what to do.
    pub(super) fn over(&self, kind: Kind, over: Over) -> Stop {
        let texts = self.frame(None).texts;
        let to = |path: &str, text: Text| Some(Link { href: self.path(path), text });
        if over == Over::OtherBrowser {
            return self.note(
                StatusCode::CONFLICT,
                |texts| (texts.link_elsewhere_heading(), texts.link_elsewhere_message()),
                None,
            );
        }
        let next = match kind {
            Kind::SignIn => to(paths::LOGIN, texts.home_sign_in()),
            Kind::ResetPassword => to(paths::RESET, texts.link_over_again()),
            Kind::VerifyAddress | Kind::ChangeAddress => to(paths::ACCOUNT_EMAIL, texts.link_over_again()),
            Kind::SignUp => to(paths::SIGN_UP, texts.link_over_again()),
            Kind::Invitation => to(paths::LOGIN, texts.home_sign_in()),
        };
        self.note(StatusCode::GONE, |texts| (texts.link_over_heading(), texts.link_over_message()), next)
    }

    /// A page that says one thing.
    pub(super) fn note(
        &self,
        status: StatusCode,
        words: impl FnOnce(Locale) -> (Text, Text),
        next: Option<Link>,
    ) -> Stop {
        let frame = self.frame(None);
        let language = frame.texts.tag();
        let (heading, lede) = words(frame.texts);
        let page = NotePage { frame, heading, lede, next };
        Stop::Instead(Box::new(self.with_cookie(self.show(status, &language, &page))))
    }
}

/// Why a password may not be chosen, in words.
pub(super) fn unfit(texts: Locale, unfit: Unfit) -> Text {
    match unfit {
        Unfit::Length => texts.new_password_error_length(),
        Unfit::Characters => texts.new_password_error_characters(),
        Unfit::Common => texts.new_password_error_common(),
        Unfit::OwnWords => texts.new_password_error_own(),
        Unfit::Guessable => texts.new_password_error_guessable(),
    }
}
