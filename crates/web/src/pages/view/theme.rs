//! How the pages look: a few tokens that stand above the stylesheet's own.

use std::{fmt::Write, str::FromStr};

use protocol::{
    client_metadata::ClientTheme,
    color::{Color, TEXT},
};
use ring::digest::{SHA256, digest};

/// The largest logo, in bytes.
pub const LARGEST_LOGO: usize = 256 * 1024;
/// The widest name of a service, in characters: it stands in headings.
const LONGEST_NAME: usize = 60;
/// The roundest corner: half of the height of a button.
const ROUNDEST: u32 = protocol::client_metadata::ROUNDEST_CORNER;

const STYLESHEET: &str = "text/css; charset=utf-8";

/// What colors stand on: paper, sheet and its shade, as the stylesheet has them.
const LIGHT: [Color; 3] = [Color([0xf2, 0xef, 0xe9]), Color([0xff, 0xfe, 0xfc]), Color([0xf7, 0xf5, 0xf0])];
const DARK: [Color; 3] = [Color([0x12, 0x13, 0x16]), Color([0x1b, 0x1d, 0x21]), Color([0x23, 0x26, 0x2b])];

/// What an operator may choose. Empty texts and `None` keep what the stylesheet says.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// What this service is called.
    pub service: String,
    /// An SVG or PNG file's content.
    pub logo: Option<Vec<u8>>,
    /// The color of buttons and links in light: `#rrggbb`.
    pub accent: String,
    /// The same in dark; where it is empty, it is made from `accent`.
    pub accent_dark: String,
    /// The radius of corners, in pixels.
    pub corner: Option<u32>,
    /// The letters of text: one of [`Font::NAMES`].
    pub font: String,
    /// The letters of headings.
    pub heading_font: String,
}

/// What cannot be shown, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// The field of [`Look`].
    pub field: &'static str,
    /// What is wrong with it, in one line.
    pub what: String,
}

/// A file that the theme serves, with its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its type.
    pub media_type: &'static str,
    /// Changes when the content does.
    pub version: String,
    /// Its content.
    pub content: Vec<u8>,
}

impl File {
    fn new(media_type: &'static str, content: Vec<u8>) -> Self {
        let version = digest(&SHA256, &content).as_ref()[..8].iter().fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
        Self { media_type, version, content }
    }
}

/// How the pages look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// What this service is called.
    pub service: String,
    stylesheet: Option<File>,
    logo: Option<File>,
}

impl Default for Theme {
    fn default() -> Self {
        Self { service: "Chancery".to_owned(), stylesheet: None, logo: None }
    }
}

impl Theme {
    /// Makes a theme of what the operator chose.
    ///
    /// # Errors
    /// What cannot be shown: a color that cannot be read, a logo that is none.
    pub fn new(look: &Look) -> Result<Self, Unfit> {
        let service = look.service.trim();
        if service.is_empty() || service.chars().count() > LONGEST_NAME || service.chars().any(char::is_control) {
            return Err(unfit("service", format!("must be a name of 1 to {LONGEST_NAME} characters")));
        }
        let logo = look.logo.clone().map(logo).transpose()?;
        let tokens = Tokens::of(look)?;
        let stylesheet = (!tokens.is_empty()).then(|| File::new(STYLESHEET, tokens.css().into_bytes()));
        Ok(Self { service: service.to_owned(), stylesheet, logo })
    }

    /// What an application changes of it on the pages of its own requests. A color of its that cannot be read is moved
    /// until it can: nobody's app may make the sign-in illegible.
    #[must_use]
    pub fn of_client(theme: &ClientTheme) -> Option<File> {
        let color = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Color>().ok());
        let (accent, dark) = (color(&theme.accent), color(&theme.accent_dark));
        let mut tokens = Tokens::default();
        if let Some(corner) = theme.corner.filter(|corner| *corner <= ROUNDEST) {
            tokens.light.push(("--corner", format!("{corner}px")));
        }
        if let Some(accent) = accent {
            let legible = accent.legible_on(&LIGHT, Color::BLACK);
            tokens.light.extend(colors("accent", legible, LIGHT, Color::BLACK).ok()?);
        }
        if let Some(accent) = dark.or(accent) {
            let legible = accent.legible_on(&DARK, Color::WHITE);
            tokens.dark.extend(colors("accent_dark", legible, DARK, Color::WHITE).ok()?);
        }
        (!tokens.is_empty()).then(|| File::new(STYLESHEET, tokens.css().into_bytes()))
    }

    /// The stylesheet that sets the tokens, where any is set.
    #[must_use]
    pub fn stylesheet(&self) -> Option<&File> {
        self.stylesheet.as_ref()
    }

    /// The logo, where there is one.
    #[must_use]
    pub fn logo(&self) -> Option<&File> {
        self.logo.as_ref()
    }
}

fn unfit(field: &'static str, what: impl Into<String>) -> Unfit {
    Unfit { field, what: what.into() }
}

/// Takes PNG by its first bytes, and SVG by its root element. It is served where no script of it can run.
fn logo(content: Vec<u8>) -> Result<File, Unfit> {
    if content.len() > LARGEST_LOGO {
        return Err(unfit("logo", format!("has {} bytes, and {LARGEST_LOGO} are the most", content.len())));
    }
    let media_type = if content.starts_with(b"\x89PNG\r\n\x1a\n") {
        "image/png"
    } else if str::from_utf8(&content).is_ok_and(|text| text.contains("<svg") && text.trim_start().starts_with('<')) {
        "image/svg+xml"
    } else {
        return Err(unfit("logo", "is neither an SVG nor a PNG file"));
    };
    Ok(File::new(media_type, content))
}

/// A choice of letters that systems have. Nothing is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Font {
    /// The letters of the system's own windows.
    System,
    /// Even, without ornament, in the tradition of Helvetica.
    Grotesque,
    /// Drawn with circle and ruler.
    Geometric,
    /// Without serifs, with the movement of a pen.
    Humanist,
    /// The house's own: serifs in the tradition of the chancery hand.
    OldStyle,
    /// Serifs as in books and newspapers.
    Transitional,
}

impl Font {
    /// Every font by its name in the configuration.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("system", Self::System),
        ("grotesque", Self::Grotesque),
        ("geometric", Self::Geometric),
        ("humanist", Self::Humanist),
        ("old-style", Self::OldStyle),
        ("transitional", Self::Transitional),
    ];

    fn stack(self) -> &'static str {
        match self {
            Self::System => {
                r#"system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif"#
            }
            Self::Grotesque => r#"Inter, Roboto, "Helvetica Neue", "Arial Nova", "Nimbus Sans", Arial, sans-serif"#,
            Self::Geometric => r#"Avenir, Montserrat, Corbel, "URW Gothic", source-sans-pro, sans-serif"#,
            Self::Humanist => {
                r#"Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", source-sans-pro, sans-serif"#
            }
            Self::OldStyle => {
                r#""Iowan Old Style", "Palatino Linotype", Palatino, P052, "TeX Gyre Pagella", Georgia, "Noto Serif", serif"#
            }
            Self::Transitional => r#"Charter, "Bitstream Charter", "Sitka Text", Cambria, "Noto Serif", serif"#,
        }
    }
}

impl FromStr for Font {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = Self::NAMES.map(|(name, _)| format!("{name:?}")).join(", ");
        let found = Self::NAMES.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, font)| font).ok_or_else(|| format!("{text:?} is no font of ours: choose one of {names}"))
    }
}

/// The tokens that a theme sets, in light and in dark.
#[derive(Debug, Default)]
struct Tokens {
    light: Vec<(&'static str, String)>,
    dark: Vec<(&'static str, String)>,
}

impl Tokens {
    fn of(look: &Look) -> Result<Self, Unfit> {
        let mut tokens = Self::default();
        for (field, token, name) in
            [("font", "--font", &look.font), ("heading_font", "--font-heading", &look.heading_font)]
        {
            if !name.is_empty() {
                let font: Font = name.parse().map_err(|what: String| unfit(field, what))?;
                tokens.light.push((token, font.stack().to_owned()));
            }
        }
        if let Some(corner) = look.corner {
            if corner > ROUNDEST {
                return Err(unfit("corner", format!("must be at most {ROUNDEST} pixels")));
            }
            tokens.light.push(("--corner", format!("{corner}px")));
        }
        if !look.accent.is_empty() {
            let accent: Color = look.accent.parse().map_err(|what: String| unfit("accent", what))?;
            tokens.light.extend(colors("accent", accent, LIGHT, Color::BLACK)?);
            if look.accent_dark.is_empty() {
                let accent = accent.legible_on(&DARK, Color::WHITE);
                tokens.dark.extend(colors("accent", accent, DARK, Color::WHITE)?);
            }
        }
        if !look.accent_dark.is_empty() {
            let accent: Color = look.accent_dark.parse().map_err(|what: String| unfit("accent_dark", what))?;
            tokens.dark.extend(colors("accent_dark", accent, DARK, Color::WHITE)?);
        }
        Ok(tokens)
    }

    fn is_empty(&self) -> bool {
        self.light.is_empty() && self.dark.is_empty()
    }

    fn css(&self) -> String {
        let mut css = String::new();
        // Writing to a String cannot fail.
        let mut block = |before: &str, tokens: &[(&str, String)], after: &str| {
            if tokens.is_empty() {
                return;
            }
            css.push_str(before);
            for (token, value) in tokens {
                let _ = writeln!(css, "{token}: {value};");
            }
            css.push_str(after);
        };
        block(":root {\n", &self.light, "}\n");
        block("@media (prefers-color-scheme: dark) {\n:root {\n", &self.dark, "}\n}\n");
        css
    }
}

/// Everything that follows from an accent. It stands as text on paper and sheet, and bears text itself.
fn colors(
    field: &'static str,
    accent: Color,
    grounds: [Color; 3],
    ink: Color,
) -> Result<[(&'static str, String); 8], Unfit> {
    let (ground, contrast) = grounds
        .into_iter()
        .map(|ground| (ground, accent.contrast(ground)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((Color::WHITE, 1.0));
    let on_accent = accent.ink();
    if contrast < TEXT {
        let suggestion = accent.legible_on(&grounds, ink);
        let what = format!(
            "{accent} cannot be read on {ground}: the contrast is {contrast:.1} to 1, and WCAG AA asks for {TEXT}. \
             {suggestion} could"
        );
        return Err(unfit(field, what));
    }
    if accent.contrast(on_accent) < TEXT {
        return Err(unfit(field, format!("{accent} bears neither white nor black text")));
    }
    let sheet = grounds[1];
    // Away from the color of the words on it, so that they stay legible.
    let away = if on_accent == Color::WHITE { Color::BLACK } else { Color::WHITE };
    let mark = accent.mix(0.14, sheet);
    Ok([
        ("--accent", accent),
        ("--accent-hover", accent.mix(0.86, away)),
        ("--on-accent", on_accent),
        ("--mark", mark),
        ("--on-mark", accent.legible_on(&[mark], ink)),
        ("--link", accent),
        ("--ring", accent),
        ("--accent-shade", accent.mix(0.07, sheet)),
    ]
    .map(|(token, color)| (token, color.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look() -> Look {
        Look { service: "Example".to_owned(), ..Look::default() }
    }

    fn refused(look: Look) -> Unfit {
        Theme::new(&look).expect_err("unfit")
    }

    fn css(look: &Look) -> String {
        let theme = Theme::new(look).expect("a theme");
        String::from_utf8(theme.stylesheet().expect("a stylesheet").content.clone()).expect("a text")
    }

    #[test]
    fn grounds_are_those_of_the_stylesheet() {
        let sheet = include_str!("../../../../../static/chancery.css");
        let (light, dark) = sheet.split_once("@media (prefers-color-scheme: dark)").expect("two schemes");
        for (css, grounds) in [(light, LIGHT), (dark, DARK)] {
            for (token, color) in ["--paper", "--sheet", "--sheet-shade"].into_iter().zip(grounds) {
                assert!(css.contains(&format!("{token}: {color};")), "{token}: {color}");
            }
        }
    }

    #[test]
    fn an_app_cannot_make_a_page_illegible() {
        let of = |accent: &str, accent_dark: Option<&str>| {
            let theme = ClientTheme {
                accent: Some(accent.to_owned()),
                accent_dark: accent_dark.map(str::to_owned),
                corner: Some(2),
            };
            String::from_utf8(Theme::of_client(&theme).expect("a stylesheet").content).expect("a text")
        };
        assert!(of("#5b21b6", None).contains("--accent: #5b21b6;"));
        for accent in ["#000000", "#ffffff", "#ffff00", "#777777", "#1b1d21", "#fffefc"] {
            for dark in [None, Some("#000000"), Some("#ffffff")] {
                let css = of(accent, dark);
                assert!(css.contains("--corner: 2px;"), "{css}");
                let mut found = css.lines().filter_map(|line| line.strip_prefix("--accent: "));
                for grounds in [LIGHT, DARK] {
                    let color: Color = found.next().expect("an accent").trim_end_matches(';').parse().expect("a color");
                    assert!(grounds.iter().all(|ground| color.contrast(*ground) >= TEXT), "{accent}: {css}");
                }
            }
        }
        assert_eq!(Theme::of_client(&ClientTheme::default()), None);
    }

    #[test]
    fn nothing_chosen_changes_nothing() {
        let theme = Theme::new(&look()).expect("a theme");
        assert_eq!(theme, Theme { service: "Example".to_owned(), ..Theme::default() });
    }

    #[test]
    fn an_accent_brings_its_family_along() {
        let css = css(&Look { accent: "#5b21b6".to_owned(), ..look() });
        assert!(css.contains("--accent: #5b21b6;") && css.contains("--on-accent: #ffffff;"), "{css}");
        let dark = css.split_once("dark").expect("a dark scheme").1;
        assert!(dark.contains("--accent: #") && !dark.contains("--accent: #5b21b6;"), "{css}");
    }

    #[test]
    fn every_color_of_a_family_can_be_read() {
        for accent in ["#26365f", "#0a7d33", "#b00020", "#000000", "#5b21b6", "#8a4b00"] {
            for (grounds, ink) in [(LIGHT, Color::BLACK), (DARK, Color::WHITE)] {
                let accent = accent.parse::<Color>().expect("a color").legible_on(&grounds, ink);
                let family = colors("accent", accent, grounds, ink).expect("a family");
                let of = |name: &str| {
                    let found = family.iter().find(|(token, _)| *token == name).expect("a token");
                    found.1.parse::<Color>().expect("a color")
                };
                for (words, ground) in
                    [("--on-accent", "--accent"), ("--on-accent", "--accent-hover"), ("--on-mark", "--mark")]
                {
                    assert!(of(words).contrast(of(ground)) >= TEXT, "{accent}: {words} on {ground}");
                }
                for ground in grounds {
                    assert!(of("--link").contrast(ground) >= TEXT, "{accent} on {ground}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_a_way_out() {
        let refusal = refused(Look { accent: "#ffcc00".to_owned(), ..look() });
        assert_eq!(refusal.field, "accent");
        assert!(refusal.what.contains("WCAG AA asks for 4.5"), "{}", refusal.what);
        let suggestion = refusal.what.split_once("4.5. ").and_then(|(_, rest)| rest.split(' ').next());
        Theme::new(&Look { accent: suggestion.expect("a suggestion").to_owned(), ..look() }).expect("legible");
        assert_eq!(refused(Look { accent_dark: "#26365f".to_owned(), ..look() }).field, "accent_dark");
        assert_eq!(refused(Look { accent: "blue".to_owned(), ..look() }).field, "accent");
        assert_eq!(refused(Look { corner: Some(25), ..look() }).field, "corner");
        assert!(refused(Look { font: "Comic Sans".to_owned(), ..look() }).what.contains("\"humanist\""));
        for service in [String::new(), "  ".to_owned(), "x".repeat(61), "a\nb".to_owned()] {
            assert_eq!(refused(Look { service, ..look() }).field, "service");
        }
    }

    #[test]
    fn a_logo_is_an_svg_or_a_png() {
        let logo = |content: &[u8]| Theme::new(&Look { logo: Some(content.to_vec()), ..look() });
        for (content, media_type) in [
            (&b"\x89PNG\r\n\x1a\nrest"[..], "image/png"),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "image/svg+xml"),
            (b"<?xml version=\"1.0\"?>\n<svg/>", "image/svg+xml"),
        ] {
            assert_eq!(logo(content).expect("a theme").logo().expect("a logo").media_type, media_type);
        }
        for content in [&b""[..], b"GIF89a", b"\xff\xd8\xff", b"<html></html>", b"text with <svg in it"] {
            assert_eq!(logo(content).expect_err("no logo").field, "logo");
        }
        assert!(logo(&vec![b' '; LARGEST_LOGO + 1]).expect_err("too large").what.contains("262145"));
    }
}
