//! Every text that a person reads, in every language, and the choice between languages.
//!
//! A text is a method of [`Locale`] with one parameter for each of its variables, so a page cannot ask for a text
//! that does not exist. The words are in `locales/<language>/*.ftl`, under the name of the method. The tests compare
//! both sides: a missing key, an unknown key, or another set of variables fails them.

mod locale;
pub mod mail;
mod negotiate;
mod text;
mod texts;

pub use locale::Locale;
pub use text::{Html, Text};
