//! The `prompt` parameter (OpenID Connect Core §3.1.2.1, Initiating User Registration via OpenID Connect 1.0 §3).

use serde::{Deserialize, Serialize};

use crate::error::OAuthError;

/// One value of `prompt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Show no page.
    None,
    /// Sign in again.
    Login,
    /// Ask for consent again.
    Consent,
    /// Choose an account.
    SelectAccount,
    /// Make an account (Initiating User Registration via OpenID Connect 1.0 §3).
    Create,
}

impl Prompt {
    /// Every value, for metadata.
    pub const ALL: &'static [Prompt] = &[Self::None, Self::Login, Self::Consent, Self::SelectAccount, Self::Create];

    /// The word in `prompt`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
            Self::Create => "create",
        }
    }
}

/// The set of prompts of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompts {
    /// No page may be shown. Never together with another one.
    pub none: bool,
    /// The person must sign in again.
    pub login: bool,
    /// The person must be asked for consent again.
    pub consent: bool,
    /// The person must choose an account.
    pub select_account: bool,
    /// The person wants to make an account.
    #[serde(default)]
    pub create: bool,
}

impl Prompts {
    /// Parses the space-delimited list of OpenID Connect Core §3.1.2.1.
    ///
    /// # Errors
    /// `invalid_request` for an unknown value, or `none` with another one.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let mut prompts = Self::default();
        for word in text.split_ascii_whitespace() {
            match Prompt::ALL.iter().find(|p| p.as_str() == word) {
                Some(Prompt::None) => prompts.none = true,
                Some(Prompt::Login) => prompts.login = true,
                Some(Prompt::Consent) => prompts.consent = true,
                Some(Prompt::SelectAccount) => prompts.select_account = true,
                Some(Prompt::Create) => prompts.create = true,
                None => return Err(OAuthError::invalid_request("prompt has an unknown value")),
            }
        }
        if prompts.none && (prompts.login || prompts.consent || prompts.select_account || prompts.create) {
            return Err(OAuthError::invalid_request("prompt none cannot be combined with another value"));
        }
        Ok(prompts)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn prompts() {
        let p = Prompts::parse("login consent").unwrap();
        assert!(p.login && p.consent && !p.none && !p.select_account);
        assert!(Prompts::parse("create").unwrap().create);
        assert_eq!(Prompts::parse("").unwrap(), Prompts::default());
        for bad in ["none login", "consent none", "none create", "CREATE", "LOGIN"] {
            let e = Prompts::parse(bad).unwrap_err();
            assert_eq!(e.code, ErrorCode::InvalidRequest, "{bad}");
        }
    }
}
