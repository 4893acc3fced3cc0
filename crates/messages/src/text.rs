//! Texts with foreign words in them.

use std::fmt::{self, Write};

/// U+2068, FIRST STRONG ISOLATE: a variable begins. The catalog sets it.
const ISOLATE: char = '\u{2068}';
/// U+2069, POP DIRECTIONAL ISOLATE: a variable ends.
const POP: char = '\u{2069}';

/// A text in somebody's language, with its variables filled in.
///
/// It knows where each variable begins and ends. `Display` gives plain text (for titles, attributes, mail), which
/// the template escapes; [`Text::html`] gives HTML with each variable in a `<bdi>` of its own, so that a name written
/// from right to left disturbs nothing around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// What the catalog returned: variables are between isolates.
    pub(crate) fn isolated(text: String) -> Self {
        Self(text)
    }

    /// A text that was not written by us, such as the description of a scope.
    #[must_use]
    pub fn verbatim(text: &str) -> Self {
        Self(clean(text))
    }

    /// The text as HTML: escaped, variables in `<bdi>`.
    #[must_use]
    pub fn html(&self) -> Html<'_> {
        Html(&self.0)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().filter(|c| !is_directing(*c)).try_for_each(|c| f.write_char(c))
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.to_string()
    }
}

/// A [`Text`] as HTML. It escapes what it writes: templates print it as it is.
#[derive(Clone, Copy, Debug)]
pub struct Html<'a>(&'a str);

impl askama::filters::HtmlSafe for Html<'_> {}

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            ISOLATE => f.write_str("<bdi>"),
            POP => f.write_str("</bdi>"),
            '&' => f.write_str("&#38;"),
            '<' => f.write_str("&#60;"),
            '>' => f.write_str("&#62;"),
            '"' => f.write_str("&#34;"),
            '\'' => f.write_str("&#39;"),
            c => f.write_char(c),
        })
    }
}

/// A variable as it may stand in a text: on one line, and without characters that turn the text around it.
pub(crate) fn clean(value: &str) -> String {
    value.chars().filter(|c| !is_directing(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The embeddings, overrides and isolates of Unicode.
fn is_directing(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_isolated_and_everything_is_escaped() {
        let text = Text::isolated("to \u{2068}a<b>&\"c\"'\u{2069} now".into());
        assert_eq!(text.to_string(), "to a<b>&\"c\"' now");
        assert_eq!(text.html().to_string(), "to <bdi>a&#60;b&#62;&#38;&#34;c&#34;&#39;</bdi> now");
    }

    #[test]
    fn a_name_cannot_open_or_close_an_isolate() {
        let name = "a\u{2069}\u{202E}b\u{2068}\nc";
        assert_eq!(clean(name), "ab c");
        assert_eq!(Text::verbatim(name).html().to_string(), "ab c");
    }
}
