//! What the pages show. Everything here is ready to be written down as it is.

pub(crate) mod claims;
mod compare;
pub(crate) mod explain;
mod home;
mod picture;

use std::sync::LazyLock;

use askama::Template;

use crate::{DemoConfig, sessions::Notice};

pub(crate) use home::HomePage;
pub(crate) use picture::Chain;

/// The stylesheet.
pub(crate) const CSS: &str = include_str!("../../static/demo.css");
/// The icon.
pub(crate) const ICON: &str = include_str!("../../static/icon.svg");

/// Changes whenever the stylesheet does, so that it may be cached for good.
static CSS_VERSION: LazyLock<String> = LazyLock::new(|| {
    let digest = ring::digest::digest(&ring::digest::SHA256, CSS.as_bytes());
    digest.as_ref()[..6].iter().map(|byte| format!("{byte:02x}")).collect()
});

/// What every page needs.
pub(crate) struct Layout {
    pub(crate) css: &'static str,
    pub(crate) title: String,
    pub(crate) issuer: String,
    pub(crate) person: Option<Person>,
    pub(crate) notice: Option<NoticeView>,
}

/// The person in the corner of the page.
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) initial: String,
    pub(crate) csrf: String,
}

/// A notice in words.
pub(crate) struct NoticeView {
    /// `good` or `warn`.
    pub(crate) tone: &'static str,
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

impl Layout {
    pub(crate) fn new(config: &DemoConfig, title: &str, notice: Option<Notice>) -> Self {
        Self {
            css: &CSS_VERSION,
            title: title.to_owned(),
            issuer: config.issuer.clone(),
            person: None,
            notice: notice.map(NoticeView::from),
        }
    }
}

impl From<Notice> for NoticeView {
    fn from(notice: Notice) -> Self {
        let (tone, title, text) = match notice {
            Notice::Denied => {
                ("warn", "You said no.", "Chancery told this app that you did not allow it. Nothing was shared.")
            }
            Notice::SignedOut => (
                "good",
                "You are signed out.",
                "Here and at Chancery. The answer carried the state that this app had sent.",
            ),
            Notice::SignedOutHereOnly => (
                "warn",
                "You are signed out here.",
                "Chancery could not be reached, so your session there may still be open.",
            ),
            Notice::SignedOutByIssuer => (
                "good",
                "You were signed out from elsewhere.",
                "Your session at Chancery ended, and it told this app so (back-channel logout).",
            ),
            Notice::UnexpectedSignOut => (
                "warn",
                "Nobody here asked to sign out.",
                "This browser came back with a state that this app had not sent. It was ignored.",
            ),
        };
        Self { tone, title, text }
    }
}

/// The page before anybody has signed in.
#[derive(Template)]
#[template(path = "welcome.html")]
pub(crate) struct WelcomePage {
    pub(crate) layout: Layout,
    pub(crate) username: String,
    /// Empty: not known here.
    pub(crate) password: String,
    /// What the tour leads to.
    pub(crate) chain: Chain,
}

/// The page that says what went wrong and what to do.
#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    pub(crate) layout: Layout,
    pub(crate) heading: String,
    pub(crate) text: String,
    /// A detail for those who can read it; may be empty.
    pub(crate) detail: String,
    /// A command that helps; may be empty.
    pub(crate) command: String,
    /// A link that goes on from here.
    pub(crate) action: (&'static str, &'static str),
}
