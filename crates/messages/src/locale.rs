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
        let asked = ui_locales.and_then(Self::asked);
        asked.or_else(|| accept_language.and_then(Self::accepted)).unwrap_or_default()
    }

    /// The language that `ui_locales` asks for; `None` when we have none of them.
    #[must_use]
    pub fn asked(ui_locales: &str) -> Option<Self> {
        negotiate::best(&negotiate::asked(ui_locales), &LANGUAGES).map(Self)
    }

    /// The language that `Accept-Language` asks for; `None` when we have none of them.
    #[must_use]
    pub fn accepted(accept_language: &str) -> Option<Self> {
        negotiate::best(&negotiate::accepted(accept_language), &LANGUAGES).map(Self)
    }

    /// The language with exactly that tag, as a form or a cookie of ours names it.
    #[must_use]
    pub fn tagged(tag: &str) -> Option<Self> {
        Self::all().find(|locale| locale.tag() == tag)
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
    fn only_our_own_tags_are_known() {
        for locale in Locale::all() {
            assert_eq!(Locale::tagged(&locale.tag()), Some(locale));
        }
        for tag in ["", "tlh", "DE", "de-AT", "zh", "de ", "de;q=1"] {
            assert_eq!(Locale::tagged(tag), None, "{tag}");
        }
    }

    #[test]
    fn the_app_comes_before_the_browser() {
        assert_eq!(Locale::negotiate(Some("tlh fr"), Some("de")).tag(), "fr");
        assert_eq!(Locale::negotiate(Some("tlh"), Some("de-AT")).tag(), "de");
        assert_eq!(Locale::negotiate(Some("zh-TW"), Some("en")).tag(), "zh-Hans");
    }

    #[test]
    fn a_text_of_each_kind() {
        let english = Locale::default();
        assert_eq!(english.sign_in_heading().to_string(), "Sign in");
        assert_eq!(english.sign_in_lede("Shop").to_string(), "to continue to Shop");
        assert_eq!(english.sign_in_lede("<Shop>").html().to_string(), "to continue to <bdi>&#60;Shop&#62;</bdi>");
    }
}
