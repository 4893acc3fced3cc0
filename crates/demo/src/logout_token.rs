//! Logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.6).

use serde_json::Value;

use crate::{
    jwks::{Jwks, VerifyError},
    jwt::Jwt,
};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How far the two clocks may differ, in seconds.
const LEEWAY: i64 = 60;

/// Which sessions end: those of one sign-in at the issuer, or all of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The session with this `sid`.
    Session(String),
    /// Every session of this `sub`.
    Subject(String),
}

/// Why a logout token is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LogoutTokenError {
    #[error("{0}")]
    Invalid(&'static str),
    #[error(transparent)]
    Jwt(crate::jwt::JwtError),
    #[error("the keys of the issuer cannot be fetched at the moment")]
    KeysUnavailable,
}

impl From<VerifyError> for LogoutTokenError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Token(error) => Self::Jwt(error),
            VerifyError::KeysUnavailable => Self::KeysUnavailable,
        }
    }
}

/// Whom this relying party believes, and who it is.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
}

impl Expected<'_> {
    /// Judges `token` at the time `now` (seconds since 1970).
    ///
    /// The same token may come twice, because the issuer repeats a delivery whose answer was
    /// lost: ending sessions again changes nothing, so `jti` is required but not remembered.
    pub(crate) async fn validate(&self, jwks: &Jwks, token: &str, now: i64) -> Result<Ended, LogoutTokenError> {
        let jwt = jwks.verify(token, "logout+jwt").await?;
        self.judge(&jwt, now).map_err(LogoutTokenError::Invalid)
    }

    fn judge(&self, jwt: &Jwt, now: i64) -> Result<Ended, &'static str> {
        if jwt.text("iss") != Some(self.issuer) {
            return Err("the logout token comes from another issuer");
        }
        if !jwt.audiences().contains(&self.client_id) {
            return Err("the logout token is meant for another client");
        }
        if jwt.seconds("iat").ok_or("iat is missing")? > now + LEEWAY {
            return Err("the logout token comes from the future");
        }
        if jwt.seconds("exp").ok_or("exp is missing")? <= now - LEEWAY {
            return Err("the logout token has expired");
        }
        if jwt.text("jti").is_none() {
            return Err("jti is missing");
        }
        if jwt.claims.contains_key("nonce") {
            return Err("a logout token has no nonce");
        }
        let event = jwt.claims.get("events").and_then(|events| events.get(EVENT));
        if !event.is_some_and(Value::is_object) {
            return Err("the logout event is missing");
        }
        match (jwt.text("sid"), jwt.text("sub")) {
            (Some(sid), _) => Ok(Ended::Session(sid.to_owned())),
            (None, Some(sub)) => Ok(Ended::Subject(sub.to_owned())),
            (None, None) => Err("neither sid nor sub is present"),
        }
    }
}
