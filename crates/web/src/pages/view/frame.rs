//! What all pages share.

use std::sync::Arc;

use messages::{Locale, Text};

use crate::{pages::assets, paths};

/// How the pages look, apart from the stylesheet's own tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// What this service is called.
    pub service: String,
    /// The path of a stylesheet below the issuer that sets other values for the tokens at the top of
    /// `static/chancery.css`; `None` keeps them.
    pub tokens: Option<String>,
}

impl Default for Theme {
    fn default() -> Self {
        Self { service: "Chancery".to_owned(), tokens: None }
    }
}

/// The part that all pages share: language, look, links, and the name of the request.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The texts, in the language of the person.
    pub texts: Locale,
    /// How it looks.
    pub theme: Arc<Theme>,
    /// The issuer's path: empty, or `/like/this`.
    pub base: String,
    /// What to quote when something goes wrong.
    pub request_id: String,
}

impl Frame {
    /// The BCP 47 tag of the language.
    pub(super) fn lang(&self) -> String {
        self.texts.tag()
    }

    /// The direction of the script: `ltr` or `rtl`.
    pub(super) fn dir(&self) -> &'static str {
        self.texts.direction()
    }

    /// The title of the window.
    pub(super) fn title(&self, page: &Text) -> Text {
        self.texts.page_title(&page.to_string(), &self.theme.service)
    }

    /// The path of a file in `static/`, with its version.
    pub(super) fn asset(&self, name: &str) -> String {
        format!("{}{}", self.base, assets::versioned(name))
    }

    /// The path of the page `/login`.
    pub(super) fn login(&self) -> String {
        format!("{}{}", self.base, paths::LOGIN)
    }

    /// The path of the page `/login/account`.
    pub(super) fn select_account(&self) -> String {
        format!("{}{}", self.base, paths::SELECT_ACCOUNT)
    }

    /// The path of the page `/consent`.
    pub(super) fn consent(&self) -> String {
        format!("{}{}", self.base, paths::CONSENT)
    }

    /// The path of the page `/logout`.
    pub(super) fn logout(&self) -> String {
        format!("{}{}", self.base, paths::LOGOUT)
    }

    /// The path of the page `/dev/mail`.
    pub(super) fn dev_mail(&self) -> String {
        format!("{}{}", self.base, paths::DEV_MAIL)
    }

    /// The path of the first page.
    pub(super) fn home(&self) -> String {
        format!("{}{}", self.base, paths::HOME)
    }
}
