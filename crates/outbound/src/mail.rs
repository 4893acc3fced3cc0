//! The only SMTP client of the server.
//!
//! The mail host is the operator's own configuration, so private addresses are allowed for it, unlike for what clients
//! name. Encryption is required unless the operator said otherwise: a server that does not offer it gets nothing.

mod smtp;
mod trap;

use std::{path::PathBuf, time::SystemTime};

use lettre::{
    Message,
    message::{
        Mailbox, MultiPart, header,
        header::{HeaderName, HeaderValue},
    },
};
use secrecy::SecretString;

use smtp::Smtp;
pub use trap::{Trap, Trapped};

/// How the way to the mail host is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314 section 3.3).
    Tls,
    /// STARTTLS (RFC 3207), required.
    StartTls,
    /// Nothing.
    Plain,
}

impl Security {
    /// The port where it is spoken.
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::Plain => 25,
        }
    }
}

/// Where mail is handed in.
#[derive(Clone, Debug)]
pub struct SmtpOptions {
    /// The mail host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way is protected.
    pub security: Security,
    /// User name and password.
    pub credentials: Option<(String, SecretString)>,
    /// What we call ourselves in EHLO.
    pub hello: String,
    /// PEM files of further certificate authorities.
    pub extra_ca_files: Vec<PathBuf>,
}

/// Where mail goes.
#[derive(Clone, Debug, Default)]
pub enum Transport {
    /// Nowhere: mail is off.
    #[default]
    Off,
    /// Into memory, for `chancery dev`.
    Trap,
    /// To a mail host.
    Smtp(SmtpOptions),
}

/// Who writes, and where mail goes.
#[derive(Clone, Debug, Default)]
pub struct MailOptions {
    /// Where mail goes.
    pub transport: Transport,
    /// The sender, as in `Example <id@example.com>`.
    pub from: String,
    /// Where answers go, if elsewhere.
    pub reply_to: Option<String>,
}

/// Why a mail was not handed in.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It never will be.
    #[error("refused for good: {0}")]
    Refused(String),
    /// It may be, later.
    #[error("{0}")]
    Failed(String),
    /// Mail is off.
    #[error("mail is off: mail.host is not set")]
    Off,
}

/// A mail to one address.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// To whom: the bare address.
    pub to: &'a str,
    /// One line.
    pub subject: &'a str,
    /// The plain part.
    pub text: &'a str,
    /// The HTML part.
    pub html: &'a str,
    /// The BCP 47 tag of its language.
    pub language: &'a str,
    /// What names it. The same at each attempt, so that a mail that came twice is recognized.
    pub id: &'a str,
    /// When it was decided.
    pub date: SystemTime,
}

/// Hands mail in.
#[derive(Debug)]
pub struct Sender {
    from: Option<Mailbox>,
    reply_to: Option<Mailbox>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Off,
    Trap(Trap),
    Smtp(Box<Smtp>),
}

/// Reads `address` or `Name <address>`.
///
/// # Errors
/// One line that says what is wrong with it.
pub fn check_mailbox(text: &str) -> Result<(), String> {
    mailbox(text).map(drop)
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    if text.contains(char::is_control) {
        return Err("must be on one line".to_owned());
    }
    text.parse().map_err(|_| format!("{text:?} is not an address such as \"Example <id@example.com>\""))
}

impl Sender {
    /// Makes it, without connecting.
    ///
    /// # Errors
    /// One line for the operator.
    pub fn new(options: &MailOptions) -> Result<Self, String> {
        let way = match &options.transport {
            Transport::Off => return Ok(Self { from: None, reply_to: None, way: Way::Off }),
            Transport::Trap => Way::Trap(Trap::default()),
            Transport::Smtp(smtp) => Way::Smtp(Box::new(Smtp::new(smtp)?)),
        };
        let from = Some(mailbox(&options.from)?);
        let reply_to = options.reply_to.as_deref().map(mailbox).transpose()?;
        Ok(Self { from, reply_to, way })
    }

    /// Whether mail goes anywhere.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !matches!(self.way, Way::Off)
    }

    /// What was trapped, where mail is trapped.
    #[must_use]
    pub fn trap(&self) -> Option<&Trap> {
        match &self.way {
            Way::Trap(trap) => Some(trap),
            _ => None,
        }
    }

    /// Hands a mail in. When this fails, or is not waited for, it is unknown whether it arrived.
    ///
    /// # Errors
    /// `MailError`. Its words hold neither the address nor the mail.
    pub async fn send(&self, letter: &Letter<'_>) -> Result<(), MailError> {
        match &self.way {
            Way::Off => Err(MailError::Off),
            Way::Trap(trap) => {
                self.message(letter)?;
                trap.keep(letter);
                Ok(())
            }
            Way::Smtp(smtp) => smtp.send(&self.message(letter)?, letter.to).await,
        }
    }

    /// Connects, says EHLO, encrypts and authenticates as for a mail, and sends none.
    ///
    /// # Errors
    /// `MailError`.
    pub async fn check(&self) -> Result<(), MailError> {
        match &self.way {
            Way::Off => Err(MailError::Off),
            Way::Trap(_) => Ok(()),
            Way::Smtp(smtp) => smtp.check().await,
        }
    }

    /// Closes connections that nobody has used for a while.
    pub fn tidy(&self) {
        if let Way::Smtp(smtp) = &self.way {
            smtp.tidy();
        }
    }

    fn message(&self, letter: &Letter<'_>) -> Result<Message, MailError> {
        let from = self.from.clone().ok_or(MailError::Off)?;
        let to = letter.to.parse().map_err(|_| MailError::Refused("the address is none".to_owned()))?;
        let domain = from.email.domain().to_owned();
        let raw =
            |name: &'static str, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
        let one_line: String = letter.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mut message = Message::builder()
            .from(from)
            .to(Mailbox::new(None, to))
            .subject(one_line)
            .date(letter.date)
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            // RFC 3834 section 5: no out-of-office reply to us, please. The other one is Exchange's.
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("X-Auto-Response-Suppress", "All"))
            .raw_header(raw("Content-Language", letter.language));
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        let part = |kind: header::ContentType, body: &str| {
            lettre::message::SinglePart::builder().header(kind).body(body.to_owned())
        };
        let parts = MultiPart::alternative()
            .singlepart(part(header::ContentType::TEXT_PLAIN, letter.text))
            .singlepart(part(header::ContentType::TEXT_HTML, letter.html));
        message.multipart(parts).map_err(|error| MailError::Refused(error.to_string()))
    }
}

#[cfg(test)]
mod tests;
