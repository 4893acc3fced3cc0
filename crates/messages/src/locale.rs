//! The languages that there are.

use std::{borrow::Cow, collections::HashMap, fmt, sync::LazyLock};

use fluent_templates::{Loader, fluent_bundle::FluentValue, static_loader};
use unic_langid::{CharacterDirection, LanguageIdentifier};

use crate::{negotiate, text::Text};

static_loader! {
    static CATALOG = {
        locales: "./locales",
        fallback_language: "en",
    };
}

/// In the order of their names, so that lists of them are the same everywhere.
static LANGUAGES: LazyLock<Vec<LanguageIdentifier>> = LazyLock::new(|| {
    let mut languages: Vec<_> = CATALOG.locales().cloned().collect();
    languages.sort_by_key(ToString::to_string);
    languages
});

/// A language in which every text exists. Texts are its methods.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Locale(&'static LanguageIdentifier);

impl Locale {
    /// Every language that pages can be shown in.
    pub fn all() -> impl Iterator<Item = Self> {
        LANGUAGES.iter().map(Self)
    }

    /// The language to answer in: the first that we have of `ui_locales` (OpenID Connect Core section 3.1.2.1:
    /// separated by spaces, the preferred first), then of `Accept-Language` (RFC 9110 section 12.5.4), else English.
    /// What is malformed is passed over.
    #[must_use]
    pub fn negotiate(ui_locales: Option<&str>, accept_language: Option<&str>) -> Self {
        let wanted = negotiate::wanted(ui_locales, accept_language);
        negotiate::best(&wanted, &LANGUAGES).map_or_else(Self::default, Self)
    }

    /// The BCP 47 tag, for `lang` attributes, `Content-Language` and `ui_locales_supported`.
    #[must_use]
    pub fn tag(self) -> String {
        self.0.to_string()
    }

    /// The direction of the script, for `dir` attributes: `ltr` or `rtl`.
    #[must_use]
    pub fn direction(self) -> &'static str {
        match self.0.character_direction() {
            CharacterDirection::RTL => "rtl",
            _ => "ltr",
        }
    }

    /// The text of that key; English where a language lacks it. The tests let no key be missing, so the key itself
    /// is never seen; it is still better than a page that does not come.
    pub(crate) fn look_up(self, key: &str, variables: &[(&'static str, FluentValue<'_>)]) -> Text {
        let variables: HashMap<Cow<'static, str>, FluentValue<'_>> =
            variables.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
        let found = CATALOG.try_lookup_with_args(self.0, key, &variables);
        Text::isolated(found.unwrap_or_else(|| key.to_owned()))
    }
}

impl Default for Locale {
    fn default() -> Self {
        let english = LANGUAGES.iter().find(|language| language.language.as_str() == "en");
        Self(english.expect("the catalog is compiled with its fallback language"))
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Locale({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_what_remains() {
        for (ui_locales, accept) in [(None, None), (Some("tlh"), Some("xx;q=1")), (Some(""), Some(";;,,"))] {
            assert_eq!(Locale::negotiate(ui_locales, accept).tag(), "en");
        }
        assert_eq!(Locale::negotiate(Some("en-GB"), None).tag(), "en");
        assert_eq!(Locale::default().direction(), "ltr");
    }

    #[test]
    fn a_text_of_each_kind() {
        let english = Locale::default();
        assert_eq!(english.sign_in_heading().to_string(), "Sign in");
        assert_eq!(english.sign_in_lede("Shop").to_string(), "to continue to Shop");
        assert_eq!(english.sign_in_lede("<Shop>").html().to_string(), "to continue to <bdi>&#60;Shop&#62;</bdi>");
    }
}
