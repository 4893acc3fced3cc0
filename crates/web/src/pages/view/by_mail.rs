//! What the pages are given that send mail, and those that a mail leads to.

use askama::Template;
use messages::Text;

use super::{AccountView, AppView, Frame, Link};

/// Asks for a name or an address that a mail goes to. Posts `request`, the field, and `choice` (`ask`) to `action`.
#[derive(Debug, Template)]
#[template(path = "mail_ask.html")]
pub struct MailAskPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// What the page is called.
    pub heading: Text,
    /// What it is for.
    pub lede: Text,
    /// Who asked.
    pub app: Option<AppView>,
    /// The sealed journey.
    pub request: &'a str,
    /// The path that the form posts to.
    pub action: &'a str,
    /// The name of the field: `username`, or `email`.
    pub field: &'static str,
    /// Its label.
    pub label: Text,
    /// What stands in it.
    pub value: &'a str,
    /// Whether it cannot be changed.
    pub fixed: bool,
    /// What is wrong with it.
    pub error: Option<Text>,
    /// The words on the button.
    pub submit: Text,
    /// The way back.
    pub back: Link,
}

/// A mail is on its way, if anybody gets one. Posts `request`, `sent`, `code` and `choice` (`check`) to `action`, or the
/// field and `choice` (`ask`) for another mail.
#[derive(Debug, Template)]
#[template(path = "mail_sent.html")]
pub struct MailSentPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// What the page is called.
    pub heading: Text,
    /// What was done.
    pub lede: Text,
    /// Who asked.
    pub app: Option<AppView>,
    /// The sealed journey.
    pub request: &'a str,
    /// What was asked for, sealed.
    pub sent: &'a str,
    /// The path that the forms post to.
    pub action: &'a str,
    /// Whether a code is to be typed here.
    pub code: bool,
    /// What is wrong with it.
    pub error: Option<Text>,
    /// The name of the field that is sent for another mail.
    pub field: &'static str,
    /// What was typed there.
    pub typed: &'a str,
    /// The way back.
    pub back: Link,
}

/// Where a link leads: nothing is done before a button is pressed. Posts `link` to `action`.
#[derive(Debug, Template)]
#[template(path = "link.html")]
pub struct LinkPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// What the page is called.
    pub heading: Text,
    /// What the button does.
    pub lede: Text,
    /// The sealed link.
    pub link: &'a str,
    /// The path that the form posts to.
    pub action: &'a str,
    /// The words on the button.
    pub submit: Text,
}

/// Says one thing, and leads on.
#[derive(Debug, Template)]
#[template(path = "note.html")]
pub struct NotePage {
    /// What all pages share.
    pub frame: Frame,
    /// What happened.
    pub heading: Text,
    /// What that means.
    pub lede: Text,
    /// Where to go on.
    pub next: Option<Link>,
}

/// Choosing a new password. Posts `link` and `password` to `action`.
#[derive(Debug, Template)]
#[template(path = "new_password.html")]
pub struct NewPasswordPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// The sealed link.
    pub link: &'a str,
    /// The path that the form posts to.
    pub action: &'a str,
    /// Whose password.
    pub account: AccountView,
    /// What is wrong with what was chosen.
    pub error: Option<Text>,
}

/// What somebody filled in, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct FilledView {
    /// The username.
    pub username: String,
    /// What people call them.
    pub name: String,
    /// What is wrong with the username.
    pub username_error: Option<Text>,
    /// What is wrong with the name.
    pub name_error: Option<Text>,
    /// What is wrong with the password.
    pub password_error: Option<Text>,
}

/// The form of a new account. Posts `link`, `username`, `name` and `password` to `action`.
#[derive(Debug, Template)]
#[template(path = "sign_up.html")]
pub struct SignUpPage<'a> {
    /// What all pages share.
    pub frame: Frame,
    /// The sealed link.
    pub link: &'a str,
    /// The path that the form posts to.
    pub action: &'a str,
    /// The address of the account.
    pub address: &'a str,
    /// What stands in the fields.
    pub filled: FilledView,
}
