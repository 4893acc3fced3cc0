//! `[theme]`: how the pages look.

use std::path::PathBuf;

use super::section::section;

section! {
    /// How the pages look: a few tokens. Colors that cannot be read are refused (WCAG 2.2 AA).
    Theme {
        /// What this service is called, on every page and in the title of the window.
        service: String = "Chancery".to_owned(),
        /// The logo on every page: an SVG or PNG file of at most 256 KiB. Without it, the pages bear Chancery's seal.
        logo: PathBuf = PathBuf::new() => "/etc/chancery/logo.svg",
        /// The color of buttons and links.
        accent: String = String::new() => "#5b21b6",
        /// The same for people who prefer dark pages. Without it, it is made from `accent`.
        accent_dark: String = String::new() => "#c4b5fd",
        /// The radius of corners, in pixels: 0 to 24.
        corner: u32 = 10,
        /// The letters of text: system, grotesque, geometric, humanist, old-style or transitional. Nothing is loaded
        /// from elsewhere: the reader's system has them, or something like them.
        font: String = "system".to_owned(),
        /// The letters of headings.
        heading_font: String = "old-style".to_owned(),
    }
}
