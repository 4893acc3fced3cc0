//! How the two APIs judge an access token (RFC 9068 section 4), with the JWKS URL alone.

use std::collections::BTreeSet;

use crate::{
    jwks::{Jwks, VerifyError},
    jwt::Jwt,
};

/// What an API learns from a valid token.
#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    /// The person, or the client where no person is involved.
    pub(crate) subject: String,
    /// The client that the token was issued to.
    pub(crate) client_id: String,
    /// Who acts for the subject, the current actor first.
    pub(crate) actors: Vec<String>,
    /// What the token permits.
    pub(crate) scopes: BTreeSet<String>,
    /// How the person proved themselves.
    pub(crate) acr: Option<String>,
}

/// Why an API refuses a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// The token is not valid here. The text may be told to the caller.
    #[error("{0}")]
    Invalid(&'static str),
    /// The token's form, kind or signature is wrong.
    #[error(transparent)]
    Jwt(crate::jwt::JwtError),
    /// The issuer's keys cannot be had at the moment.
    #[error("the keys of the issuer cannot be fetched at the moment")]
    KeysUnavailable,
}

impl From<VerifyError> for TokenError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Token(error) => Self::Jwt(error),
            VerifyError::KeysUnavailable => Self::KeysUnavailable,
        }
    }
}

/// What an API knows about itself and its issuer.
pub(crate) struct Validator {
    pub(crate) issuer: String,
    pub(crate) audience: String,
}

impl Validator {
    /// Judges `token` at the time `now` (seconds since 1970).
    pub(crate) async fn validate(&self, jwks: &Jwks, token: &str, now: i64) -> Result<AccessToken, TokenError> {
        let jwt = jwks.verify(token, "at+jwt").await?;
        self.judge(&jwt, now)
    }

    /// The claims, once the signature is known to be the issuer's.
    fn judge(&self, jwt: &Jwt, now: i64) -> Result<AccessToken, TokenError> {
        if jwt.text("iss") != Some(self.issuer.as_str()) {
            return Err(TokenError::Invalid("the token comes from another issuer"));
        }
        if !jwt.audiences().contains(&self.audience.as_str()) {
            return Err(TokenError::Invalid("the token is meant for another API"));
        }
        let missing = |claim| move || TokenError::Invalid(claim);
        let expires_at = jwt.seconds("exp").ok_or_else(missing("the token never expires"))?;
        if expires_at <= now {
            return Err(TokenError::Invalid("the token has expired"));
        }
        let subject = jwt.text("sub").ok_or_else(missing("the token names no subject"))?;
        let client_id = jwt.text("client_id").ok_or_else(missing("the token names no client"))?;
        let scope = jwt.text("scope").unwrap_or_default();
        Ok(AccessToken {
            subject: subject.to_owned(),
            client_id: client_id.to_owned(),
            actors: jwt.actors().into_iter().map(str::to_owned).collect(),
            scopes: scope.split_ascii_whitespace().map(str::to_owned).collect(),
            acr: jwt.text("acr").map(str::to_owned),
        })
    }
}
