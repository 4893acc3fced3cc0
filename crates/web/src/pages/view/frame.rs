//! What all pages share.

use std::sync::Arc;

use messages::{Locale, Text};

use super::Theme;
use crate::{pages::assets, paths};

/// The part that all pages share: language, look, links, and the name of the request.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The texts, in the language of the person.
    pub texts: Locale,
    /// How it looks.
    pub theme: Arc<Theme>,
    /// The stylesheet of the application that is waiting, where it has one.
    pub client_css: Option<String>,
    /// The issuer's path: empty, or `/like/this`.
    pub base: String,
    /// What to quote when something goes wrong.
    pub request_id: String,
    /// The address of this page, to come back to in another language; `None` where there is no coming back, or
    /// nothing to choose.
    pub here: Option<String>,
}

impl Frame {
    /// The BCP 47 tag of the language.
    #[must_use]
    pub fn lang(&self) -> String {
        self.texts.tag()
    }

    /// The direction of the script: `ltr` or `rtl`.
    #[must_use]
    pub fn dir(&self) -> &'static str {
        self.texts.direction()
    }

    /// Every language, as it calls itself.
    pub fn languages(&self) -> impl Iterator<Item = Locale> {
        Locale::all()
    }

    /// Where the language is chosen.
    #[must_use]
    pub fn language(&self) -> String {
        format!("{}{}", self.base, paths::LANGUAGE)
    }

    /// The path of the theme's own stylesheet, where it has one.
    #[must_use]
    pub fn theme_css(&self) -> Option<String> {
        self.theme.stylesheet().map(|sheet| format!("{}{}?v={}", self.base, paths::THEME_CSS, sheet.version))
    }

    /// The path of the theme's own logo, where it has one.
    #[must_use]
    pub fn logo(&self) -> Option<String> {
        self.theme.logo().map(|logo| format!("{}{}?v={}", self.base, paths::THEME_LOGO, logo.version))
    }

    /// The title of the window.
    #[must_use]
    pub fn title(&self, page: &Text) -> Text {
        self.texts.page_title(&page.to_string(), &self.theme.service)
    }

    /// The path of a file in `static/`, with its version.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        format!("{}{}", self.base, assets::versioned(name))
    }

    /// The path of the page `/login`.
    #[must_use]
    pub fn login(&self) -> String {
        format!("{}{}", self.base, paths::LOGIN)
    }

    /// The path of the page `/login/account`.
    #[must_use]
    pub fn select_account(&self) -> String {
        format!("{}{}", self.base, paths::SELECT_ACCOUNT)
    }

    /// The path of the page `/consent`.
    #[must_use]
    pub fn consent(&self) -> String {
        format!("{}{}", self.base, paths::CONSENT)
    }

    /// The path of the page `/logout`.
    #[must_use]
    pub fn logout(&self) -> String {
        format!("{}{}", self.base, paths::LOGOUT)
    }

    /// The path of the page `/account`.
    #[must_use]
    pub fn account(&self) -> String {
        format!("{}{}", self.base, paths::ACCOUNT)
    }

    /// The path of the page `/dev/mail`.
    pub(super) fn dev_mail(&self) -> String {
        format!("{}{}", self.base, paths::DEV_MAIL)
    }

    /// The path of the first page.
    #[must_use]
    pub fn home(&self) -> String {
        format!("{}{}", self.base, paths::HOME)
    }
}
