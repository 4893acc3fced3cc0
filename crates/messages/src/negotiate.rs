//! Which of our languages somebody reads best.

use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use unic_langid::LanguageIdentifier;

/// More than any browser sends; a stranger's list costs no more than this.
const MOST_WANTED: usize = 32;

/// What somebody asked for, the preferred first: `ui_locales`, then `Accept-Language` in the order of its weights.
pub(crate) fn wanted(ui_locales: Option<&str>, accept_language: Option<&str>) -> Vec<LanguageIdentifier> {
    let asked = ui_locales.unwrap_or_default().split(' ').take(MOST_WANTED).filter_map(language);
    asked.chain(weighted(accept_language.unwrap_or_default())).collect()
}

/// The first wanted language that exists, with its script and region as far as they matter.
pub(crate) fn best<'a>(
    wanted: &[LanguageIdentifier],
    available: &'a [LanguageIdentifier],
) -> Option<&'a LanguageIdentifier> {
    negotiate_languages(wanted, available, None, NegotiationStrategy::Lookup).first().copied()
}

/// RFC 9110 section 12.5.4: no weight means 1, the weight 0 means "not this one".
fn weighted(header: &str) -> Vec<LanguageIdentifier> {
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

    fn chosen(ui_locales: &str, accept: &str) -> Option<String> {
        let ours: Vec<LanguageIdentifier> =
            ["de", "en", "es", "fr", "zh-Hans"].iter().map(|tag| tag.parse().expect("a tag")).collect();
        best(&wanted(Some(ui_locales), Some(accept)), &ours).map(ToString::to_string)
    }

    #[test]
    fn what_the_app_asks_for_comes_first() {
        assert_eq!(chosen("de", "fr"), Some("de".into()));
        assert_eq!(chosen("tlh es-MX fr", "en"), Some("es".into()));
        assert_eq!(chosen("tlh", "fr-CA, en;q=0.5"), Some("fr".into()));
    }

    #[test]
    fn weights_decide_and_zero_forbids() {
        assert_eq!(chosen("", "en;q=0.4, de;q=0.9, fr;q=0.7"), Some("de".into()));
        assert_eq!(chosen("", "fr;q=0, es ; q=0.2"), Some("es".into()));
        assert_eq!(chosen("", "*, en;q=0.1"), Some("en".into()));
    }

    #[test]
    fn scripts_and_regions_find_their_language() {
        assert_eq!(chosen("", "zh-CN"), Some("zh-Hans".into()));
        assert_eq!(chosen("", "zh"), Some("zh-Hans".into()));
        assert_eq!(chosen("", "de-AT"), Some("de".into()));
    }

    #[test]
    fn nonsense_is_passed_over() {
        for header in ["", "  ", ",;q=", "en;q=2", "en;q=NaN", "\u{0}", &"a-".repeat(10_000)] {
            assert_eq!(chosen("", header), None, "{header:.20}");
        }
    }
}
