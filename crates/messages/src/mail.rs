//! Mail: what each one says, as plain text and as HTML, in every language.
//!
//! The two parts come from two templates that show the same [`Body`]: a title, what there is to say, one action at
//! most, what to do if it was not the reader, and why they get it. What others chose (names, addresses, devices) is
//! cut, kept on one line, and escaped.

use std::time::Duration;

use askama::Template;

use crate::{Locale, Text, text};

/// The longest that a name somebody chose may be in a mail.
const LONGEST_NAME: usize = 80;

/// A mail, with what it tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mail<'a> {
    /// Confirm an address.
    VerifyAddress(Once<'a>),
    /// Sign in by code, or by link in the same browser.
    SignIn {
        /// The link.
        once: Once<'a>,
        /// The code, as it is to be shown.
        code: &'a str,
    },
    /// Choose a new password.
    ResetPassword(Once<'a>),
    /// Confirm the address that an account is to have from now on.
    ConfirmNewAddress(Once<'a>),
    /// Come and make an account.
    Invitation(Once<'a>),
    /// Confirm the address of an account that is being made.
    SignUp(Once<'a>),
    /// Somebody tried to sign up with an address that has an account.
    SignUpTaken {
        /// The sign-in page.
        sign_in: &'a str,
    },
    /// To the old address: another one was asked for.
    AddressChanging {
        /// The new one, as far as it may be shown.
        new: &'a str,
    },
    /// To the old address: another one is in its place.
    AddressChanged {
        /// The new one, as far as it may be shown.
        new: &'a str,
    },
    /// The password was changed.
    PasswordChanged,
    /// A passkey was added.
    PasskeyAdded {
        /// What its owner calls it.
        name: &'a str,
    },
    /// A passkey was removed.
    PasskeyRemoved {
        /// What its owner called it.
        name: &'a str,
    },
    /// A passkey was refused that may have been copied.
    PasskeyCloned {
        /// What its owner calls it.
        name: &'a str,
    },
    /// An authenticator app was added.
    TotpAdded,
    /// It was removed.
    TotpRemoved,
    /// Recovery codes were made anew.
    RecoveryCodesMade,
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// How many are left.
        left: u32,
    },
    /// A sign-in in a browser that had not been seen before.
    NewSignIn {
        /// Browser and system, in words.
        device: &'a str,
        /// Where, in words.
        place: Option<&'a str>,
    },
    /// The account was deleted.
    AccountDeleted,
    /// What the person says of themselves was changed.
    ProfileChanged,
    /// An app has access no more.
    AppWithdrawn {
        /// How people know it.
        app: &'a str,
    },
    /// An upstream provider signs the person in from now on.
    UpstreamLinked {
        /// Its name.
        upstream: &'a str,
    },
    /// It does so no more.
    UpstreamUnlinked {
        /// Its name.
        upstream: &'a str,
    },
    /// A test by the operator.
    Test,
}

/// A link that works once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once<'a> {
    /// The link.
    pub link: &'a str,
    /// For how long it works.
    pub within: Duration,
}

/// What every mail shares.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// What this service is called.
    pub service: &'a str,
    /// Its address.
    pub home: &'a str,
    /// The page where people look after their account.
    pub account_page: &'a str,
    /// The username; `None` where the address is not known to be that person's, who is told nothing of it.
    pub account: Option<&'a str>,
    /// When what the mail tells of happened.
    pub when: &'a str,
}

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The plain part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// What both parts show, in this order.
struct Body<'a> {
    title: Text,
    lead: Vec<Text>,
    code: Option<&'a str>,
    before_action: Vec<Text>,
    action: Option<(Text, &'a str)>,
    facts: Vec<(Text, String)>,
    closing: Vec<Text>,
    why: Text,
}

#[derive(Template)]
#[template(path = "mail/mail.html")]
struct HtmlPart<'a> {
    texts: Locale,
    frame: &'a Frame<'a>,
    body: &'a Body<'a>,
}

#[derive(Template)]
#[template(path = "mail/mail.txt", escape = "none")]
struct TextPart<'a> {
    texts: Locale,
    frame: &'a Frame<'a>,
    body: &'a Body<'a>,
}

impl Mail<'_> {
    /// Writes the mail.
    ///
    /// # Errors
    /// None that the templates could cause; askama's type has to be passed on.
    pub fn render(&self, texts: Locale, frame: &Frame<'_>) -> Result<Rendered, askama::Error> {
        let body = self.body(texts, frame);
        Ok(Rendered {
            subject: texts.page_title(&body.title.to_string(), frame.service).to_string(),
            text: TextPart { texts, frame, body: &body }.render()?,
            html: HtmlPart { texts, frame, body: &body }.render()?,
        })
    }

    fn body<'a>(&'a self, texts: Locale, frame: &'a Frame<'a>) -> Body<'a> {
        let service = frame.service;
        match *self {
            Self::VerifyAddress(once) => Body::once(
                (texts.mail_verify_title(), texts.mail_verify_body(service)),
                (texts.mail_verify_action(), once),
                texts,
                frame,
            ),
            Self::SignIn { once, code } => Body {
                code: Some(code),
                before_action: vec![texts.mail_sign_in_link()],
                ..Body::once(
                    (texts.mail_sign_in_title(), texts.mail_sign_in_body(service)),
                    (texts.mail_sign_in_action(), once),
                    texts,
                    frame,
                )
            },
            Self::ResetPassword(once) => Body::once(
                (texts.mail_reset_title(), texts.mail_reset_body(service)),
                (texts.mail_reset_action(), once),
                texts,
                frame,
            ),
            Self::ConfirmNewAddress(once) => Body::once(
                (texts.mail_new_address_title(), texts.mail_new_address_body(service)),
                (texts.mail_new_address_action(), once),
                texts,
                frame,
            ),
            Self::Invitation(once) => Body::once(
                (texts.mail_invitation_title(), texts.mail_invitation_body(service)),
                (texts.mail_invitation_action(), once),
                texts,
                frame,
            ),
            Self::SignUp(once) => Body::once(
                (texts.mail_sign_up_title(), texts.mail_sign_up_body(service)),
                (texts.mail_sign_up_action(), once),
                texts,
                frame,
            ),
            Self::SignUpTaken { sign_in } => Body {
                lead: vec![texts.mail_taken_body(service)],
                action: Some((texts.mail_taken_action(), sign_in)),
                closing: vec![texts.mail_ignore()],
                ..Body::titled(texts.mail_taken_title(), texts, frame)
            },
            Self::Test => Body {
                lead: vec![texts.mail_test_body(service)],
                why: texts.mail_why_operator(service),
                ..Body::titled(texts.mail_test_title(), texts, frame)
            },
            _ => self.notice(texts, frame),
        }
    }

    /// What tells of a change of the account.
    fn notice<'a>(&self, texts: Locale, frame: &'a Frame<'a>) -> Body<'a> {
        let service = frame.service;
        let (title, lead, facts) = match *self {
            Self::AddressChanging { new } => (
                texts.mail_address_changing_title(),
                texts.mail_address_changing_body(service),
                vec![(texts.mail_fact_new_address(), short(new))],
            ),
            Self::AddressChanged { new } => (
                texts.mail_address_changed_title(),
                texts.mail_address_changed_body(service),
                vec![(texts.mail_fact_new_address(), short(new))],
            ),
            Self::PasskeyAdded { name } => (
                texts.mail_passkey_added_title(),
                texts.mail_passkey_added_body(service),
                vec![(texts.mail_fact_passkey(), short(name))],
            ),
            Self::PasskeyRemoved { name } => (
                texts.mail_passkey_removed_title(),
                texts.mail_passkey_removed_body(service),
                vec![(texts.mail_fact_passkey(), short(name))],
            ),
            Self::PasskeyCloned { name } => (
                texts.mail_passkey_cloned_title(),
                texts.mail_passkey_cloned_body(service),
                vec![(texts.mail_fact_passkey(), short(name))],
            ),
            Self::TotpAdded => (texts.mail_totp_added_title(), texts.mail_totp_added_body(service), vec![]),
            Self::TotpRemoved => (texts.mail_totp_removed_title(), texts.mail_totp_removed_body(service), vec![]),
            Self::RecoveryCodesMade => {
                (texts.mail_recovery_made_title(), texts.mail_recovery_made_body(service), vec![])
            }
            Self::RecoveryCodeUsed { left } => {
                (texts.mail_recovery_used_title(), texts.mail_recovery_used_body(service, left), vec![])
            }
            Self::NewSignIn { device, place } => {
                let place = place.map(|place| (texts.mail_fact_place(), short(place)));
                let device = (texts.mail_fact_device(), short(device));
                let facts = [device].into_iter().chain(place).collect();
                (texts.mail_new_sign_in_title(), texts.mail_new_sign_in_body(service), facts)
            }
            Self::AccountDeleted => (texts.mail_deleted_title(), texts.mail_deleted_body(service), vec![]),
            Self::ProfileChanged => {
                (texts.mail_profile_changed_title(), texts.mail_profile_changed_body(service), vec![])
            }
            Self::AppWithdrawn { app } => {
                let app = short(app);
                (texts.mail_app_withdrawn_title(&app), texts.mail_app_withdrawn_body(service, &app), vec![])
            }
            Self::UpstreamLinked { upstream } => {
                let upstream = short(upstream);
                (texts.mail_linked_title(&upstream), texts.mail_linked_body(service, &upstream), vec![])
            }
            Self::UpstreamUnlinked { upstream } => {
                let upstream = short(upstream);
                (texts.mail_unlinked_title(&upstream), texts.mail_unlinked_body(service, &upstream), vec![])
            }
            // The others were told of before.
            _ => (texts.mail_password_changed_title(), texts.mail_password_changed_body(service), vec![]),
        };
        let when = (texts.mail_fact_time(), frame.when.to_owned());
        let gone = matches!(self, Self::AddressChanged { .. } | Self::AccountDeleted);
        Body {
            lead: vec![lead],
            facts: facts.into_iter().chain([when]).collect(),
            action: (!gone).then(|| (texts.mail_review(), frame.account_page)),
            closing: vec![if gone { texts.mail_not_you_gone(service) } else { texts.mail_not_you() }],
            why: match frame.account {
                Some(account) => texts.mail_why_account(&short(account), service),
                None => texts.mail_why_known(service),
            },
            ..Body::titled(title, texts, frame)
        }
    }
}

impl<'a> Body<'a> {
    fn titled(title: Text, texts: Locale, frame: &Frame<'_>) -> Self {
        Self {
            title,
            lead: Vec::new(),
            code: None,
            before_action: Vec::new(),
            action: None,
            facts: Vec::new(),
            closing: Vec::new(),
            why: match frame.account {
                Some(account) => texts.mail_why_account(&short(account), frame.service),
                None => texts.mail_why_address(frame.service),
            },
        }
    }

    /// What was asked for, and works once.
    fn once(words: (Text, Text), action: (Text, Once<'a>), texts: Locale, frame: &Frame<'_>) -> Self {
        let ((title, lead), (text, once)) = (words, action);
        Self {
            lead: vec![lead],
            action: Some((text, once.link)),
            closing: vec![within(texts, once.within), texts.mail_ignore()],
            ..Self::titled(title, texts, frame)
        }
    }
}

/// For how long, in the largest unit that says it without a rest.
fn within(texts: Locale, time: Duration) -> Text {
    let minutes = u32::try_from(time.as_secs().div_ceil(60)).unwrap_or(u32::MAX);
    match minutes {
        days if days % (24 * 60) == 0 => texts.mail_once_days(days / (24 * 60)),
        hours if hours % 60 == 0 => texts.mail_once_hours(hours / 60),
        minutes => texts.mail_once_minutes(minutes),
    }
}

/// What somebody else wrote: on one line, and not longer than a line.
fn short(name: &str) -> String {
    let clean = text::clean(name);
    match clean.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean,
    }
}

#[cfg(test)]
mod tests;
