//! What each page is given. The templates are in `templates/` at the top of the repository.
//!
//! A page is `render()`ed through `askama::Template`. All texts of a page come from its [`Frame`]; what a handler
//! passes as a [`Text`] it takes from `frame.texts`, too. Every form posts to a path of this server and works
//! without a script.

pub mod account;
mod by_mail;
mod dev_mail;
mod frame;
mod problem;
mod reduced;
#[cfg(test)]
mod tests;
mod theme;

use askama::Template;
use messages::Text;

pub use by_mail::{FilledView, LinkPage, MailAskPage, MailSentPage, NewPasswordPage, NotePage, SignUpPage};
pub use dev_mail::{DevMailOnePage, DevMailPage, Line, MailView};
pub use frame::Frame;
pub use problem::{ErrorPage, Problem};
use reduced::{initial, is_web_address};
pub use theme::{File, Font, LARGEST_LOGO, Look, Theme, Unfit};

/// What these pages may load: their own stylesheet, script and pictures, and nothing written into the page.
///
/// There is no `form-action`: browsers apply it to redirects as well, and the answer to our forms may be a redirect
/// to an application.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

/// The application that sent the person here.
#[derive(Clone, Debug, Default)]
pub struct AppView {
    /// Its `client_name`.
    pub name: String,
    /// The host that the answer goes to, as people know it.
    pub host: String,
    /// The path of its picture on this server, where it is there: `Pages::app_view` asks for it.
    pub logo: Option<String>,
    /// RFC 7591 `policy_uri`. Shown when it is an http or https address.
    pub policy_uri: Option<String>,
    /// RFC 7591 `tos_uri`. Shown when it is an http or https address.
    pub tos_uri: Option<String>,
}

impl AppView {
    /// What stands in for a logo.
    fn initial(&self) -> String {
        initial(&self.name)
    }

    fn policy(&self) -> Option<&str> {
        self.policy_uri.as_deref().filter(|uri| is_web_address(uri))
    }

    fn terms(&self) -> Option<&str> {
        self.tos_uri.as_deref().filter(|uri| is_web_address(uri))
    }
}

/// The person who is signed in.
#[derive(Clone, Debug, Default)]
pub struct AccountView {
    /// What to call them; the username where no name is known.
    pub name: String,
    /// What they sign in with.
    pub username: String,
}

impl AccountView {
    /// What stands in for a picture.
    fn initial(&self) -> String {
        initial(&self.name)
    }

    /// Whether the name says more than the username.
    fn is_named(&self) -> bool {
        self.name != self.username
    }
}

/// A link and its words.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where to. The handler answers for it.
    pub href: String,
    /// Its words.
    pub text: Text,
}

/// What a browser is asked for a passkey. The script `passkey.js` asks it, and posts `state` and `response`.
#[derive(Clone, Debug)]
pub struct PasskeyView {
    /// The options, as JSON.
    pub options: String,
    /// The sealed state, for the hidden field `state`.
    pub sealed: String,
}

impl From<provider::factors::passkey::Asked> for PasskeyView {
    fn from(asked: provider::factors::passkey::Asked) -> Self {
        Self { options: asked.options, sealed: asked.sealed }
    }
}

/// The ways to sign in that other providers offer.
#[derive(Clone, Debug, Default)]
pub struct UpstreamOffer {
    /// A button for each: its slug, its name.
    pub buttons: Vec<(String, String)>,
    /// Where an address leads to its provider, if any provider speaks for addresses.
    pub organization: Option<String>,
    /// The path that the buttons post to.
    pub action: String,
}

/// `GET /login/upstream`. Posts `request` and `address` to `action`.
#[derive(Debug, Template)]
#[template(path = "organization.html")]
pub struct OrganizationPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// The sealed journey.
    pub request: &'a str,
    /// What stands in the field `address`.
    pub address: &'a str,
    /// What went wrong with the last attempt.
    pub error: Option<Text>,
    /// Who asked.
    pub app: Option<AppView>,
    /// Where to go back to.
    pub back: &'a str,
    /// The path that the form posts to.
    pub action: &'a str,
}

/// What somebody must do before an account at another provider becomes theirs.
#[derive(Clone, Debug)]
pub enum LinkStep {
    /// Say so. They are signed in as this.
    Confirm(AccountView),
    /// Sign in there.
    SignIn(String),
    /// Sign out there: somebody else is signed in.
    SignOut(String),
}

/// `GET /login/upstream/link`. Posts `link` and `choice` (`link` or `decline`) to `action`.
#[derive(Debug, Template)]
#[template(path = "upstream_link.html")]
pub struct UpstreamLinkPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// The sealed link, for the hidden field `link`.
    pub link: &'a str,
    /// The provider's name.
    pub provider: &'a str,
    /// The address that both accounts have.
    pub email: &'a str,
    /// What comes next.
    pub step: LinkStep,
    /// The path that the form posts to.
    pub action: &'a str,
}

/// `GET /login`. Posts `request`, `username` and `password` to `action`.
#[derive(Debug, Template)]
#[template(path = "login.html")]
pub struct LoginPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// The sealed state of the authorization request, for the hidden field `request`.
    pub request: Option<&'a str>,
    /// What stands in the field `username`.
    pub username: &'a str,
    /// What went wrong with the last attempt.
    pub error: Option<Text>,
    /// Who asked.
    pub app: Option<AppView>,
    /// The one username that may sign in here; it cannot be changed.
    pub reauthenticate: Option<&'a str>,
    /// Where to go if that is not the person: only beside `reauthenticate`.
    pub switch: Option<&'a str>,
    /// The ways to sign in that other providers offer.
    pub upstream: UpstreamOffer,
    /// The path that the form posts to.
    pub action: &'a str,
    /// What the browser is asked, where passkeys are used. Posts `request`, `state` and `response`.
    pub passkey: Option<PasskeyView>,
    /// The path that it posts them to.
    pub passkey_action: &'a str,
    /// Where else this page leads to.
    pub ways: Ways,
    /// What went well before.
    pub done: Option<Text>,
}

/// Other ways than with a password: where they begin.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// A new password in place of a forgotten one.
    pub reset: Option<String>,
    /// A code that is mailed.
    pub mail_code: Option<String>,
    /// An account of one's own.
    pub sign_up: Option<String>,
}

impl LoginPage<'_> {
    /// Whether what was typed is to be changed. Some errors only ask to try again.
    fn is_invalid(&self) -> bool {
        let texts = self.frame.texts;
        let guilty = [texts.sign_in_error_wrong(), texts.sign_in_error_missing()];
        self.error.as_ref().is_some_and(|error| guilty.contains(error))
    }

    /// Whether a passkey is what came to nothing.
    fn was_passkey_refused(&self) -> bool {
        let texts = self.frame.texts;
        let refused = [texts.passkey_error_unknown(), texts.passkey_error_refused()];
        self.error.as_ref().is_some_and(|error| refused.contains(error))
    }
}

/// A factor that stands beside the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// A passkey.
    Passkey,
    /// An authenticator app.
    Totp,
    /// A recovery code.
    Recovery,
}

impl SecondFactor {
    /// The value of `with`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Totp => "totp",
            Self::Recovery => "recovery",
        }
    }
}

/// `GET /login/verify`. Posts `request`, `with` and `code`, or what a passkey answers, to `action`.
#[derive(Debug, Template)]
#[template(path = "verify.html")]
pub struct VerifyPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// The sealed journey.
    pub request: &'a str,
    /// The path that the form posts to.
    pub action: &'a str,
    /// What is asked for; `None` when nothing is left to ask for.
    pub chosen: Option<SecondFactor>,
    /// What else there is, and where.
    pub others: Vec<(SecondFactor, String)>,
    /// What the browser is asked, where a passkey is.
    pub passkey: Option<PasskeyView>,
    /// What went wrong with the last attempt.
    pub error: Option<Text>,
    /// Who asked.
    pub app: Option<AppView>,
    /// Who is signing in.
    pub account: AccountView,
}

/// An authenticator app that is being set up.
#[derive(Clone, Debug)]
pub struct TotpSetupView {
    /// The sealed seed, for the hidden field `setup`.
    pub sealed: String,
    /// The seed for those who type it.
    pub text: String,
    /// The address that opens an app.
    pub uri: String,
    /// The picture's address.
    pub qr: String,
}

impl TotpSetupView {
    /// As a page shows it.
    #[must_use]
    pub fn of(setup: &provider::factors::totp::Setup) -> Self {
        Self {
            sealed: setup.sealed.clone(),
            text: setup.text.to_string(),
            uri: setup.uri.to_string(),
            qr: setup.qr.to_string(),
        }
    }
}

/// `GET /login/enroll`. Posts `request`, `setup` and `code`, or what a new passkey answers, or `choice`, to `action`.
#[derive(Debug, Template)]
#[template(path = "enroll.html")]
pub struct EnrollPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// The sealed journey.
    pub request: &'a str,
    /// The path that the form posts to.
    pub action: &'a str,
    /// An authenticator app, where one is strong enough.
    pub totp: Option<TotpSetupView>,
    /// What went wrong with the last attempt to set it up.
    pub error: Option<Text>,
    /// What the browser is asked to make a passkey.
    pub passkey: Option<PasskeyView>,
    /// What went wrong with the last attempt to make one.
    pub passkey_error: Option<Text>,
    /// Who asked.
    pub app: Option<AppView>,
    /// Who is signing in.
    pub account: AccountView,
}

impl EnrollPage<'_> {
    fn heading(&self) -> Text {
        match (&self.totp, &self.passkey) {
            (None, Some(_)) => self.frame.texts.passkey_create_heading(),
            _ => self.frame.texts.enroll_heading(),
        }
    }
}

/// `GET /login/passkey-offer`. Posts `request`, and what a new passkey answers or `choice` (`later`), to `action`.
#[derive(Debug, Template)]
#[template(path = "passkey_offer.html")]
pub struct PasskeyOfferPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// The sealed journey.
    pub request: &'a str,
    /// The path that the form posts to.
    pub action: &'a str,
    /// What the browser is asked.
    pub passkey: PasskeyView,
    /// What went wrong with the last attempt.
    pub error: Option<Text>,
    /// Who has just signed in.
    pub account: AccountView,
}

/// Recovery codes, shown once. Posts `request` and `choice` (`continue`) to `action`.
#[derive(Debug, Template)]
#[template(path = "recovery_codes.html")]
pub struct RecoveryCodesPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// The sealed journey, where a sign-in goes on afterwards.
    pub request: Option<&'a str>,
    /// Where to go on.
    pub action: &'a str,
    /// The address of the page that comes next, where nothing needs to be sent.
    pub next: Option<&'a str>,
    /// The codes.
    pub codes: Vec<&'a str>,
}

/// `GET /login/account`. Posts `request` and `choice` (`continue` or `other`) back to that path.
#[derive(Debug, Template)]
#[template(path = "select_account.html")]
pub struct SelectAccountPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// The sealed state of the authorization request, for the hidden field `request`.
    pub request: &'a str,
    /// Who is signed in.
    pub account: AccountView,
    /// Who asked.
    pub app: Option<AppView>,
}

/// What an application would be allowed to do in one place.
#[derive(Clone, Debug, Default)]
pub struct ScopeGroup {
    /// The name of the API, or `consent_identity_group` for what the application learns about the person.
    pub resource_name: String,
    /// The host of the API; empty where there is none to show.
    pub host: String,
    /// What it would be allowed to do.
    pub items: Vec<ScopeItem>,
}

/// One thing that an application would be allowed to do.
#[derive(Clone, Debug, Default)]
pub struct ScopeItem {
    /// In plain words: the description of the scope.
    pub text: String,
}

/// `GET /consent`. Posts `request` and `choice` (`allow`, `deny` or `switch`) back to that path.
#[derive(Debug, Template)]
#[template(path = "consent.html")]
pub struct ConsentPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// The sealed state of the authorization request, for the hidden field `request`.
    pub request: &'a str,
    /// Who asks.
    pub app: AppView,
    /// Who is asked.
    pub account: AccountView,
    /// What is asked for, by API.
    pub scopes: Vec<ScopeGroup>,
}

/// `GET /logout`. Posts `fields` back to that path.
#[derive(Debug, Template)]
#[template(path = "logout.html")]
pub struct LogoutPage {
    /// What all pages share.
    pub frame: Frame,
    /// Hidden fields: name, value.
    pub fields: Vec<(String, String)>,
    /// Who asks to sign the person out.
    pub app: Option<AppView>,
    /// Who is signed in.
    pub account: AccountView,
}

/// After signing out.
#[derive(Debug, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOutPage {
    /// What all pages share.
    pub frame: Frame,
    /// Where to go on.
    pub continue_to: Option<Link>,
}

/// `GET /`: where a person lands who came without an application.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// What all pages share.
    pub frame: Frame,
    /// Who is signed in.
    pub account: Option<AccountView>,
}

impl HomePage {
    fn heading(&self) -> Text {
        match self.account {
            Some(_) => self.frame.texts.home_heading_in(),
            None => self.frame.texts.home_heading_out(&self.frame.theme.service),
        }
    }
}

/// OAuth 2.0 Form Post Response Mode: sends `fields` to `action`, by script or by button.
#[derive(Debug, Template)]
#[template(path = "form_post.html")]
pub struct FormPostPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// The redirect URI.
    pub action: &'a str,
    /// Hidden fields: name, value.
    pub fields: &'a [(String, String)],
}

impl FormPostPage<'_> {
    /// The host that the answer goes to; the scheme of a private-use URI.
    fn host(&self) -> String {
        url::Url::parse(self.action)
            .ok()
            .and_then(|url| url.host_str().map(ToOwned::to_owned))
            .unwrap_or_else(|| self.action.split(':').next().unwrap_or_default().to_owned())
    }
}
