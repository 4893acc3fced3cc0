//! The authorization request and its response: RFC 6749 §4.1, OpenID Connect
//! Core §3.1.2, RFC 7636 §4.3, RFC 8707 §2, RFC 9207.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::claims::ClaimsRequest;
use crate::error::OAuthError;
use crate::form::{self, Params};
use crate::pkce::CodeChallenge;
use crate::scope::Scope;

/// The only `response_type`.
pub const RESPONSE_TYPE_CODE: &str = "code";

/// The parameters that make an error page of every mistake in them: without
/// them the redirect itself cannot be trusted.
pub const REDIRECT_PARAMETERS: &[&str] = &["client_id", "redirect_uri"];

/// An authorization request as it was sent: nothing is judged yet, but empty
/// values are gone. A parameter that was repeated is absent here and named in
/// `repeated`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // the fields are the parameters of the same name
pub struct AuthorizationRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr_values: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims_locales: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<String>,
    /// Known parameters, other than `resource`, that were sent more than once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repeated: Vec<String>,
}

/// One parameter that may be sent once, and where it goes.
type Single = (
    &'static str,
    fn(&mut AuthorizationRequest) -> &mut Option<String>,
);

const SINGLE: &[Single] = &[
    ("response_type", |r| &mut r.response_type),
    ("client_id", |r| &mut r.client_id),
    ("redirect_uri", |r| &mut r.redirect_uri),
    ("scope", |r| &mut r.scope),
    ("state", |r| &mut r.state),
    ("nonce", |r| &mut r.nonce),
    ("code_challenge", |r| &mut r.code_challenge),
    ("code_challenge_method", |r| &mut r.code_challenge_method),
    ("response_mode", |r| &mut r.response_mode),
    ("prompt", |r| &mut r.prompt),
    ("max_age", |r| &mut r.max_age),
    ("acr_values", |r| &mut r.acr_values),
    ("id_token_hint", |r| &mut r.id_token_hint),
    ("login_hint", |r| &mut r.login_hint),
    ("ui_locales", |r| &mut r.ui_locales),
    ("claims_locales", |r| &mut r.claims_locales),
    ("display", |r| &mut r.display),
    ("claims", |r| &mut r.claims),
    ("request", |r| &mut r.request),
    ("request_uri", |r| &mut r.request_uri),
    ("registration", |r| &mut r.registration),
];

const KNOWN: [&str; SINGLE.len() + 1] = {
    let mut names = ["resource"; SINGLE.len() + 1];
    let mut i = 0;
    while i < SINGLE.len() {
        names[i] = SINGLE[i].0;
        i += 1;
    }
    names
};

/// Every parameter that is understood. `resource` alone may be repeated.
pub const KNOWN_PARAMETERS: &[&str] = &KNOWN;

impl AuthorizationRequest {
    /// Takes the known parameters; unknown ones are ignored (RFC 6749 §3.1).
    /// Never fails: what is wrong is judged by the table of checks, which
    /// knows whether an error may be redirected.
    pub fn from_params(params: &Params) -> Self {
        let mut request = Self::default();
        for (name, field) in SINGLE {
            match params.get_once(name) {
                Ok(value) => *field(&mut request) = value.map(str::to_owned),
                Err(_) => request.repeated.push((*name).to_owned()),
            }
        }
        request.resource = params.get_all("resource").map(str::to_owned).collect();
        request
    }

    /// Refuses a repeated `client_id` or `redirect_uri`: to be answered
    /// without a redirect.
    pub fn ensure_redirect_parameters_once(&self) -> Result<(), OAuthError> {
        self.refuse_repeated(|name| REDIRECT_PARAMETERS.contains(&name))
    }

    /// Refuses every repeated parameter (RFC 6749 §3.1).
    pub fn ensure_parameters_once(&self) -> Result<(), OAuthError> {
        self.refuse_repeated(|_| true)
    }

    fn refuse_repeated(&self, which: impl Fn(&str) -> bool) -> Result<(), OAuthError> {
        match self.repeated.iter().find(|name| which(name)) {
            Some(name) => Err(OAuthError::invalid_request(format!(
                "{name} was sent more than once"
            ))),
            None => Ok(()),
        }
    }

    /// The response mode, `query` by default.
    pub fn parsed_response_mode(&self) -> Result<ResponseMode, OAuthError> {
        match self.response_mode.as_deref() {
            None => Ok(ResponseMode::Query),
            Some(text) => ResponseMode::parse(text)
                .ok_or_else(|| OAuthError::invalid_request("response_mode is not supported")),
        }
    }

    /// The scope, `None` if omitted.
    pub fn parsed_scope(&self) -> Result<Option<Scope>, OAuthError> {
        Ok(self.scope.as_deref().map(Scope::parse).transpose()?)
    }

    /// The prompts, none of them if omitted.
    pub fn prompts(&self) -> Result<Prompts, OAuthError> {
        Prompts::parse(self.prompt.as_deref().unwrap_or_default())
    }

    /// `max_age` in seconds.
    pub fn parsed_max_age(&self) -> Result<Option<u32>, OAuthError> {
        let Some(text) = self.max_age.as_deref() else {
            return Ok(None);
        };
        // `u32::from_str` also takes a leading plus sign.
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(seconds) if digits => Ok(Some(seconds)),
            _ => Err(OAuthError::invalid_request(
                "max_age must be a number of seconds",
            )),
        }
    }

    /// The `claims` parameter, empty if omitted.
    pub fn parsed_claims(&self) -> Result<ClaimsRequest, OAuthError> {
        self.claims
            .as_deref()
            .map_or_else(|| Ok(ClaimsRequest::default()), ClaimsRequest::parse)
    }

    /// The PKCE challenge, `None` if omitted.
    pub fn parsed_code_challenge(&self) -> Result<Option<CodeChallenge>, OAuthError> {
        let method = self.code_challenge_method.as_deref();
        Ok(CodeChallenge::from_parameters(
            self.code_challenge.as_deref(),
            method,
        )?)
    }

    /// The preferred `acr` values, best first.
    pub fn acr_values(&self) -> impl Iterator<Item = &str> {
        words(self.acr_values.as_deref())
    }

    /// The preferred languages of the pages, best first (BCP 47, unchecked).
    pub fn ui_locales(&self) -> impl Iterator<Item = &str> {
        words(self.ui_locales.as_deref())
    }

    /// The preferred languages of claims, best first (BCP 47, unchecked).
    pub fn claims_locales(&self) -> impl Iterator<Item = &str> {
        words(self.claims_locales.as_deref())
    }
}

fn words(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split_ascii_whitespace()
}

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
}

impl Prompt {
    /// Every value, for metadata.
    pub const ALL: &'static [Prompt] =
        &[Self::None, Self::Login, Self::Consent, Self::SelectAccount];

    /// The word in `prompt`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
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
                None => return Err(OAuthError::invalid_request("prompt has an unknown value")),
            }
        }
        if prompts.none && (prompts.login || prompts.consent || prompts.select_account) {
            return Err(OAuthError::invalid_request(
                "prompt none cannot be combined with another value",
            ));
        }
        Ok(prompts)
    }
}

/// What the client is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An authorization code.
    Code(String),
    /// An error (RFC 6749 §4.1.2.1).
    Error(OAuthError),
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
        append_query(
            &self.redirect_uri,
            self.form_fields().iter().map(|(n, v)| (*n, v.as_str())),
        )
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
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::error::ErrorCode;

    fn request(query: &str) -> AuthorizationRequest {
        AuthorizationRequest::from_params(&Params::parse(query.as_bytes()).unwrap())
    }

    #[test]
    fn every_known_parameter_is_taken() {
        let query: Vec<String> = KNOWN_PARAMETERS
            .iter()
            .map(|n| format!("{n}=value-of-{n}"))
            .collect();
        let json = serde_json::to_value(request(&query.join("&"))).unwrap();
        for name in KNOWN_PARAMETERS {
            let value = match &json[name] {
                serde_json::Value::Array(list) => &list[0],
                value => value,
            };
            assert_eq!(value, &format!("value-of-{name}"));
        }
        assert_eq!(json.as_object().unwrap().len(), KNOWN_PARAMETERS.len());
    }

    #[test]
    fn repeated_parameters_are_remembered() {
        let r = request("client_id=a&state=1&state=2&resource=x&resource=y&unknown=1&unknown=2");
        assert_eq!(r.repeated, ["state"]);
        assert_eq!(r.state, None);
        assert_eq!(r.resource, ["x", "y"]);
        assert!(r.ensure_redirect_parameters_once().is_ok());
        let e = r.ensure_parameters_once().unwrap_err();
        assert_eq!(e.description, "state was sent more than once");
        let r = request("client_id=a&client_id=a");
        assert!(r.ensure_redirect_parameters_once().is_err());
    }

    #[test]
    fn prompts() {
        let p = Prompts::parse("login consent").unwrap();
        assert!(p.login && p.consent && !p.none && !p.select_account);
        assert_eq!(Prompts::parse("").unwrap(), Prompts::default());
        for bad in ["none login", "consent none", "create", "LOGIN"] {
            let e = Prompts::parse(bad).unwrap_err();
            assert_eq!(e.code, ErrorCode::InvalidRequest, "{bad}");
        }
    }

    #[test]
    fn max_age() {
        assert_eq!(request("max_age=0").parsed_max_age().unwrap(), Some(0));
        assert_eq!(request("max_age=").parsed_max_age().unwrap(), None);
        for bad in ["-1", "%2B1", "1.5", "x", "99999999999", "1%20"] {
            assert!(
                request(&format!("max_age={bad}")).parsed_max_age().is_err(),
                "{bad}"
            );
        }
    }

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
            (
                "https://a.test/cb?k=v%20w",
                format!("https://a.test/cb?k=v%20w&{tail}"),
            ),
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
