//! OpenID Connect RP-Initiated Logout 1.0 and the constants of Back-Channel
//! Logout 1.0.

use std::fmt;

use crate::error::OAuthError;
use crate::form::Params;

/// The member of `events` in a logout token (Back-Channel Logout §2.4).
pub const BACKCHANNEL_LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// The `typ` of a logout token (Back-Channel Logout §2.4).
pub const LOGOUT_TOKEN_TYP: &str = "logout+jwt";
/// The form parameter that carries it (Back-Channel Logout §2.5).
pub const LOGOUT_TOKEN_PARAMETER: &str = "logout_token";

/// A request to end the session (RP-Initiated Logout §2). Nothing is judged
/// yet.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct LogoutRequest {
    /// An ID token, perhaps expired, of the session to end.
    pub id_token_hint: Option<String>,
    /// The person, in words that the client knows.
    pub logout_hint: Option<String>,
    /// The client, needed when there is no hint.
    pub client_id: Option<String>,
    /// Where to go afterwards; registered exactly.
    pub post_logout_redirect_uri: Option<String>,
    /// Returned with the redirect.
    pub state: Option<String>,
    /// Preferred languages of the pages.
    pub ui_locales: Option<String>,
}

impl LogoutRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `invalid_request` if one is repeated.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        let once = |name| Ok::<_, OAuthError>(params.get_once(name)?.map(str::to_owned));
        Ok(Self {
            id_token_hint: once("id_token_hint")?,
            logout_hint: once("logout_hint")?,
            client_id: once("client_id")?,
            post_logout_redirect_uri: once("post_logout_redirect_uri")?,
            state: once("state")?,
            ui_locales: once("ui_locales")?,
        })
    }
}

impl fmt::Debug for LogoutRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogoutRequest")
            .field("id_token_hint", &self.id_token_hint.is_some())
            .field("client_id", &self.client_id)
            .field("post_logout_redirect_uri", &self.post_logout_redirect_uri)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn parses() {
        let p = Params::parse(b"id_token_hint=a.b.c&state=x&post_logout_redirect_uri=").unwrap();
        let r = LogoutRequest::parse(&p).unwrap();
        assert_eq!(r.id_token_hint.as_deref(), Some("a.b.c"));
        assert_eq!(r.post_logout_redirect_uri, None);
        assert!(!format!("{r:?}").contains("a.b.c"));
        let p = Params::parse(b"state=x&state=y").unwrap();
        assert!(LogoutRequest::parse(&p).is_err());
    }
}
