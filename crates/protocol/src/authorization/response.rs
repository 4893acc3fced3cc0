//! The authorization response: RFC 6749 §4.1.2, RFC 9207, OAuth 2.0 Form Post
//! Response Mode.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::OAuthError;
use crate::form;

/// How the response reaches the client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// A redirect with a query (the default for `code`).
    #[default]
    Query,
    /// A form that posts itself (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

impl ResponseMode {
    /// Every mode, for metadata.
    pub const ALL: &'static [ResponseMode] = &[Self::Query, Self::FormPost];

    /// The value of `response_mode`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    /// The mode of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|m| m.as_str() == text)
    }
}

/// What the client is told. `Debug` hides the code.
#[derive(Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An authorization code.
    Code(String),
    /// An error (RFC 6749 §4.1.2.1).
    Error(OAuthError),
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(_) => f.write_str("Code"),
            Self::Error(error) => f.debug_tuple("Error").field(error).finish(),
        }
    }
}

/// The answer to an authorization request whose client and redirect URI can
/// be trusted.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationResponse {
    /// The redirect URI, validated against the client's registration.
    pub redirect_uri: String,
    /// How the answer travels.
    pub mode: ResponseMode,
    /// The request's `state`, returned unchanged.
    pub state: Option<String>,
    /// The issuer (RFC 9207), in errors too.
    pub iss: String,
    /// Code or error.
    pub outcome: Outcome,
}

impl AuthorizationResponse {
    /// The response parameters, in order, for a form or a query.
    pub fn form_fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = Vec::with_capacity(4);
        match &self.outcome {
            Outcome::Code(code) => fields.push(("code", code.clone())),
            Outcome::Error(error) => {
                fields.push(("error", error.code.as_str().to_owned()));
                if !error.description.is_empty() {
                    fields.push(("error_description", error.description.clone().into_owned()));
                }
            }
        }
        if let Some(state) = &self.state {
            fields.push(("state", state.clone()));
        }
        fields.push(("iss", self.iss.clone()));
        fields
    }

    /// The redirect URI with the response parameters appended to its query.
    /// The URI's own text, existing query included, stays as registered; there
    /// is never a fragment.
    pub fn query_redirect_url(&self) -> String {
        append_query(&self.redirect_uri, self.form_fields().iter().map(|(n, v)| (*n, v.as_str())))
    }
}

/// Appends parameters to a URI, keeping its query and dropping its fragment.
pub fn append_query<'a>(uri: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let base = uri.split('#').next().unwrap_or_default();
    let query = form::encode(pairs);
    if query.is_empty() {
        return base.to_owned();
    }
    let separator = match base.split_once('?') {
        None => "?",
        Some((_, existing)) if existing.is_empty() || existing.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{base}{separator}{query}")
}

impl fmt::Debug for AuthorizationResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome: &dyn fmt::Debug = match &self.outcome {
            Outcome::Code(_) => &"code",
            Outcome::Error(error) => error,
        };
        f.debug_struct("AuthorizationResponse")
            .field("redirect_uri", &self.redirect_uri)
            .field("mode", &self.mode)
            .field("outcome", outcome)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    fn response(redirect_uri: &str, outcome: Outcome) -> AuthorizationResponse {
        AuthorizationResponse {
            redirect_uri: redirect_uri.into(),
            mode: ResponseMode::Query,
            state: Some("a b&c".into()),
            iss: "https://id.test".into(),
            outcome,
        }
    }

    #[test]
    fn redirects_keep_the_query() {
        let tail = "code=x&state=a+b%26c&iss=https%3A%2F%2Fid.test";
        for (uri, expected) in [
            ("https://a.test/cb", format!("https://a.test/cb?{tail}")),
            ("https://a.test/cb?", format!("https://a.test/cb?{tail}")),
            ("https://a.test/cb?k=v%20w", format!("https://a.test/cb?k=v%20w&{tail}")),
            ("https://a.test/cb#f", format!("https://a.test/cb?{tail}")),
            ("com.example.app:/cb", format!("com.example.app:/cb?{tail}")),
        ] {
            let r = response(uri, Outcome::Code("x".into()));
            assert_eq!(r.query_redirect_url(), expected);
        }
    }

    #[test]
    fn errors_carry_iss_and_state() {
        let e = OAuthError::new(ErrorCode::LoginRequired, "");
        let fields = response("https://a.test/cb", Outcome::Error(e)).form_fields();
        let names: Vec<_> = fields.iter().map(|(n, _)| *n).collect();
        assert_eq!(names, ["error", "state", "iss"]);
    }

    #[test]
    fn debug_hides_the_code() {
        let r = response("https://a.test/cb", Outcome::Code("secret-code".into()));
        assert!(!format!("{r:?}").contains("secret-code"));
    }
}
