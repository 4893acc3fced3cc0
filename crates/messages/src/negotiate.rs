//! Which of our languages somebody reads best.

use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use unic_langid::LanguageIdentifier;

/// More than any browser sends; a stranger's list costs no more than this.
const MOST_WANTED: usize = 32;

/// What an app asked for, the preferred first: `ui_locales`.
pub(crate) fn asked(ui_locales: &str) -> Vec<LanguageIdentifier> {
    ui_locales.split(' ').take(MOST_WANTED).filter_map(language).collect()
}

/// The first wanted language that exists: with its script and region as far as they matter, else in another script.
/// Who reads Traditional Chinese and wants it first is better served by Simplified Chinese than by English.
pub(crate) fn best<'a>(
    wanted: &[LanguageIdentifier],
    available: &'a [LanguageIdentifier],
) -> Option<&'a LanguageIdentifier> {
    wanted.iter().find_map(|tag| {
        let found = negotiate_languages(std::slice::from_ref(tag), available, None, NegotiationStrategy::Lookup)
            .first()
            .copied();
        found.or_else(|| available.iter().find(|ours| ours.language == tag.language))
    })
}

/// What a browser asked for, in the order of its weights (RFC 9110 section 12.5.4): no weight means 1, the weight 0
/// means "not this one".
pub(crate) fn accepted(header: &str) -> Vec<LanguageIdentifier> {
    let mut ranges: Vec<(LanguageIdentifier, u16)> = header
        .split(',')
        .take(MOST_WANTED)
        .filter_map(|range| {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight(parameters)?;
            (weight > 0).then_some((language(tag.trim())?, weight))
        })
        .collect();
    ranges.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    ranges.into_iter().map(|(tag, _)| tag).collect()
}

/// A weight in thousandths.
fn weight(parameters: &str) -> Option<u16> {
    let Some(value) = parameters.trim().strip_prefix("q=") else {
        return parameters.trim().is_empty().then_some(1000);
    };
    let value: f32 = value.trim().parse().ok()?;
    (0.0..=1.0).contains(&value).then_some((value * 1000.0) as u16)
}

/// A tag of one language; `*` is none.
fn language(tag: &str) -> Option<LanguageIdentifier> {
    let language: LanguageIdentifier = tag.parse().ok()?;
    (!language.language.is_empty()).then_some(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Vec<LanguageIdentifier> {
        ["de", "en", "es", "fr", "zh-Hans"].iter().map(|tag| tag.parse().expect("a tag")).collect()
    }

    fn asks(ui_locales: &str) -> Option<String> {
        best(&asked(ui_locales), &ours()).map(ToString::to_string)
    }

    fn accepts(header: &str) -> Option<String> {
        best(&accepted(header), &ours()).map(ToString::to_string)
    }

    #[test]
    fn the_first_that_exists() {
        assert_eq!(asks("de"), Some("de".into()));
        assert_eq!(asks("tlh es-MX fr"), Some("es".into()));
        assert_eq!(accepts("tlh, fr-CA, en;q=0.5"), Some("fr".into()));
        assert_eq!(asks("tlh"), None);
    }

    #[test]
    fn weights_decide_and_zero_forbids() {
        assert_eq!(accepts("en;q=0.4, de;q=0.9, fr;q=0.7"), Some("de".into()));
        assert_eq!(accepts("fr;q=0, es ; q=0.2"), Some("es".into()));
        assert_eq!(accepts("*, en;q=0.1"), Some("en".into()));
    }

    #[test]
    fn scripts_and_regions_find_their_language() {
        for (tag, found) in [
            ("zh-CN", "zh-Hans"),
            ("zh-SG", "zh-Hans"),
            ("zh", "zh-Hans"),
            ("zh-Hans-CN", "zh-Hans"),
            ("de-AT", "de"),
            ("de-CH-1996", "de"),
            ("en-GB", "en"),
            ("es-419", "es"),
            ("fr-CA", "fr"),
        ] {
            assert_eq!(asks(tag).as_deref(), Some(found), "{tag}");
            assert_eq!(accepts(tag).as_deref(), Some(found), "{tag}");
        }
    }

    #[test]
    fn another_script_will_do() {
        for tag in ["zh-TW", "zh-HK", "zh-Hant", "zh-Hant-HK"] {
            assert_eq!(asks(tag).as_deref(), Some("zh-Hans"), "{tag}");
            assert_eq!(accepts(&format!("{tag},zh;q=0.9,en;q=0.8")).as_deref(), Some("zh-Hans"), "{tag}");
            assert_eq!(accepts(&format!("en,{tag};q=0.9")).as_deref(), Some("en"), "{tag}");
        }
    }

    #[test]
    fn nonsense_is_passed_over() {
        for header in ["", "  ", ",;q=", "en;q=2", "en;q=NaN", "\u{0}", &"a-".repeat(10_000)] {
            assert_eq!(accepts(header), None, "{header:.20}");
        }
    }
}
