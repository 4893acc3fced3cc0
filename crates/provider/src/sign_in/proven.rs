//! What somebody has proven so far in a sign-in that may take several steps. Between two steps it travels sealed in
//! the form, bound to the browser: a stranger's half of a sign-in costs no row.

use serde::{Deserialize, Serialize};
use storage::id::{SessionId, UserId};
use time::{Duration, OffsetDateTime};

use super::Acr;
use crate::sessions::SignedIn;

/// How long a first factor counts while the next one is looked for.
const LIFETIME: Duration = Duration::minutes(10);

/// A way to prove who one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A password.
    Password,
    /// A code or a link that was mailed.
    MailCode,
    /// An upstream provider vouches for them.
    Upstream,
    /// A code of an authenticator app.
    Totp,
    /// A recovery code, in place of the second factor.
    RecoveryCode,
    /// A passkey that verified its user.
    Passkey {
        /// Whether it cannot leave its device.
        device_bound: bool,
    },
}

impl Method {
    /// Its Authentication Method Reference Values (RFC 8176 section 2).
    fn amr(self) -> &'static [&'static str] {
        match self {
            Self::Password => &["pwd"],
            Self::MailCode | Self::Totp | Self::RecoveryCode => &["otp"],
            Self::Upstream => &[],
            Self::Passkey { device_bound: true } => &["hwk", "user"],
            Self::Passkey { device_bound: false } => &["swk", "user"],
        }
    }

    /// What it proves alone.
    fn alone(self) -> Acr {
        match self {
            Self::Passkey { .. } => Acr::Phr,
            _ => Acr::Aal1,
        }
    }

    /// What it proves beside another factor.
    fn beside(self) -> Acr {
        match self {
            Self::Passkey { .. } => Acr::Phr,
            Self::Totp | Self::RecoveryCode => Acr::Aal2,
            // Two of these are still one: whoever reads the mail can reset the password.
            Self::Password | Self::MailCode | Self::Upstream => Acr::Aal1,
        }
    }
}

/// Somebody has proven who they are, to a degree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proven {
    /// Who.
    #[serde(rename = "u")]
    pub user_id: UserId,
    /// Their epoch when the first proof was checked: a password reset makes it worthless.
    #[serde(rename = "e")]
    pub user_epoch: i32,
    /// How strongly.
    #[serde(rename = "l")]
    pub acr: Acr,
    /// With what (RFC 8176).
    #[serde(rename = "m")]
    pub amr: Vec<String>,
    /// When the oldest of the factors was proven: the `auth_time` that comes of it.
    #[serde(rename = "t", with = "time::serde::timestamp::microseconds")]
    pub at: OffsetDateTime,
    /// When this sign-in began.
    #[serde(rename = "b", with = "time::serde::timestamp::microseconds")]
    pub since: OffsetDateTime,
    /// The live session that is stepped up. Without it, nothing of this counts.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
}

impl Proven {
    /// By a first factor, now.
    #[must_use]
    pub fn first(user_id: UserId, user_epoch: i32, method: Method, now: OffsetDateTime) -> Self {
        let mut proven =
            Self { user_id, user_epoch, acr: method.alone(), amr: Vec::new(), at: now, since: now, session: None };
        proven.note(method);
        proven
    }

    /// By a live session, which is to be stepped up from now on.
    #[must_use]
    pub fn of_session(session: &SignedIn, now: OffsetDateTime) -> Self {
        Self {
            user_id: session.user_id,
            user_epoch: session.user_epoch,
            acr: session.acr,
            amr: session.amr.clone(),
            at: session.auth_time,
            since: now,
            session: Some(session.session_id),
        }
    }

    /// The same with one more factor.
    #[must_use]
    pub fn and(mut self, method: Method) -> Self {
        self.acr = self.acr.max(method.beside());
        self.note(method);
        self
    }

    /// Whether it still counts.
    #[must_use]
    pub fn is_fresh(&self, now: OffsetDateTime) -> bool {
        now - self.since <= LIFETIME
    }

    /// Whether it counts in a browser in which this session is live.
    #[must_use]
    pub fn counts_in(&self, live: Option<SessionId>) -> bool {
        self.session.is_none_or(|stepped_up| live == Some(stepped_up))
    }

    fn note(&mut self, method: Method) {
        let several = if self.acr >= Acr::Aal2 { Some("mfa") } else { None };
        for value in method.amr().iter().copied().chain(several) {
            if !self.amr.iter().any(|known| known == value) {
                self.amr.push(value.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(method: Method) -> Proven {
        Proven::first(UserId::new(), 1, method, OffsetDateTime::UNIX_EPOCH)
    }

    #[test]
    fn what_factors_come_to() {
        let passkey = Method::Passkey { device_bound: false };
        let table: &[(&[Method], Acr, &[&str])] = &[
            (&[Method::Password], Acr::Aal1, &["pwd"]),
            (&[Method::MailCode], Acr::Aal1, &["otp"]),
            (&[Method::Upstream], Acr::Aal1, &[]),
            (&[Method::Password, Method::MailCode], Acr::Aal1, &["pwd", "otp"]),
            (&[Method::Password, Method::Totp], Acr::Aal2, &["pwd", "otp", "mfa"]),
            (&[Method::MailCode, Method::Totp], Acr::Aal2, &["otp", "mfa"]),
            (&[Method::Password, Method::RecoveryCode], Acr::Aal2, &["pwd", "otp", "mfa"]),
            (&[passkey], Acr::Phr, &["swk", "user", "mfa"]),
            (&[Method::Passkey { device_bound: true }], Acr::Phr, &["hwk", "user", "mfa"]),
            (&[Method::Password, passkey], Acr::Phr, &["pwd", "swk", "user", "mfa"]),
            (&[Method::Password, Method::Totp, passkey], Acr::Phr, &["pwd", "otp", "mfa", "swk", "user"]),
        ];
        for (methods, acr, amr) in table {
            let proven = methods[1..].iter().fold(first(methods[0]), |proven, method| proven.and(*method));
            assert_eq!((proven.acr, proven.amr), (*acr, amr.iter().map(|s| (*s).to_owned()).collect()), "{methods:?}");
        }
    }

    #[test]
    fn a_session_that_is_stepped_up_must_still_live() {
        let (own, other) = (SessionId::new(), SessionId::new());
        let stepped_up = Proven { session: Some(own), ..first(Method::Password) };
        assert!(stepped_up.counts_in(Some(own)));
        assert!(!stepped_up.counts_in(Some(other)) && !stepped_up.counts_in(None));
        let anew = first(Method::Password);
        assert!(anew.counts_in(Some(own)) && anew.counts_in(None));
    }

    #[test]
    fn a_first_factor_does_not_count_for_long() {
        let proven = first(Method::Password);
        assert!(proven.is_fresh(proven.since + LIFETIME));
        assert!(!proven.is_fresh(proven.since + LIFETIME + Duration::MICROSECOND));
    }
}
