//! The pages of trapped mail.

use askama::Template;
use messages::Text;

use super::Frame;
use crate::paths;

/// A mail that was trapped.
#[derive(Clone, Debug, Default)]
pub struct MailView {
    /// What names it.
    pub id: String,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// When, for programs (RFC 3339).
    pub at: String,
    /// When, for people.
    pub clock: String,
}

impl MailView {
    fn path(&self) -> String {
        format!("{}/{}", paths::DEV_MAIL, self.id)
    }
}

/// `GET /dev/mail`
#[derive(Debug, Template)]
#[template(path = "dev_mail.html")]
pub struct DevMailPage {
    /// What all pages share.
    pub frame: Frame,
    /// The newest first.
    pub mails: Vec<MailView>,
}

/// `GET /dev/mail/{id}`
#[derive(Debug, Template)]
#[template(path = "dev_mail_one.html")]
pub struct DevMailOnePage {
    /// What all pages share.
    pub frame: Frame,
    /// Which.
    pub mail: MailView,
    /// Its plain part.
    pub lines: Vec<Line>,
}

impl DevMailOnePage {
    fn heading(&self) -> Text {
        Text::verbatim(&self.mail.subject)
    }
}

/// A line of a plain part.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its words.
    pub text: String,
    /// Whether all of it is a link.
    pub is_link: bool,
}

impl Line {
    /// Each line of a text.
    #[must_use]
    pub fn all(text: &str) -> Vec<Self> {
        let is_link = |line: &str| line.starts_with("https://") || line.starts_with("http://");
        text.lines().map(|line| Self { text: line.to_owned(), is_link: is_link(line) }).collect()
    }
}
