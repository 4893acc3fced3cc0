//! The authorization request and its response: RFC 6749 §4.1, OpenID Connect
//! Core §3.1.2, RFC 7636 §4.3, RFC 8707 §2, RFC 9207.

mod prompt;
mod response;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::claims::ClaimsRequest;
use crate::error::OAuthError;
use crate::form::Params;
use crate::pkce::CodeChallenge;
use crate::resource;
use crate::scope::Scope;

pub use prompt::{Prompt, Prompts};
pub use response::{AuthorizationResponse, Outcome, ResponseMode, append_query};

/// The only `response_type`.
pub const RESPONSE_TYPE_CODE: &str = "code";

/// The parameters that make an error page of every mistake in them: without
/// them the redirect itself cannot be trusted.
pub const REDIRECT_PARAMETERS: &[&str] = &["client_id", "redirect_uri"];

/// The longest value of one parameter, in bytes. The whole request travels in
/// URLs and forms while the person signs in.
pub const MAX_VALUE_LENGTH: usize = 4096;

/// An authorization request as it was sent: nothing is judged yet, but empty
/// values are gone. A parameter that was repeated is absent here and named in
/// `repeated`. `Debug` leaves out what only client and server should see.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
type Single = (&'static str, fn(&mut AuthorizationRequest) -> &mut Option<String>);

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

    /// Refuses values longer than [`MAX_VALUE_LENGTH`].
    pub fn ensure_lengths(&self) -> Result<(), OAuthError> {
        let mut copy = self.clone();
        for (name, field) in SINGLE {
            let value = field(&mut copy).as_deref().unwrap_or_default();
            if value.len() > MAX_VALUE_LENGTH {
                return Err(OAuthError::invalid_request(format!("{name} is too long")));
            }
        }
        if self.resource.iter().any(|r| r.len() > MAX_VALUE_LENGTH) {
            return Err(OAuthError::invalid_request("resource is too long"));
        }
        Ok(())
    }

    fn refuse_repeated(&self, which: impl Fn(&str) -> bool) -> Result<(), OAuthError> {
        match self.repeated.iter().find(|name| which(name)) {
            Some(name) => Err(OAuthError::invalid_request(format!("{name} was sent more than once"))),
            None => Ok(()),
        }
    }

    /// The response mode, `query` by default.
    pub fn parsed_response_mode(&self) -> Result<ResponseMode, OAuthError> {
        match self.response_mode.as_deref() {
            None => Ok(ResponseMode::Query),
            Some(text) => {
                ResponseMode::parse(text).ok_or_else(|| OAuthError::invalid_request("response_mode is not supported"))
            }
        }
    }

    /// The scope, `None` if omitted.
    pub fn parsed_scope(&self) -> Result<Option<Scope>, OAuthError> {
        Ok(self.scope.as_deref().map(Scope::parse).transpose()?)
    }

    /// The distinct resource indicators (RFC 8707), in order.
    pub fn parsed_resources(&self) -> Result<Vec<String>, OAuthError> {
        Ok(resource::distinct(self.resource.iter().map(String::as_str))?)
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
            _ => Err(OAuthError::invalid_request("max_age must be a number of seconds")),
        }
    }

    /// The `claims` parameter, empty if omitted.
    pub fn parsed_claims(&self) -> Result<ClaimsRequest, OAuthError> {
        self.claims.as_deref().map_or_else(|| Ok(ClaimsRequest::default()), ClaimsRequest::parse)
    }

    /// The PKCE challenge, `None` if omitted.
    pub fn parsed_code_challenge(&self) -> Result<Option<CodeChallenge>, OAuthError> {
        let method = self.code_challenge_method.as_deref();
        Ok(CodeChallenge::from_parameters(self.code_challenge.as_deref(), method)?)
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

impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("response_type", &self.response_type)
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("scope", &self.scope)
            .field("resource", &self.resource)
            .field("prompt", &self.prompt)
            .field("repeated", &self.repeated)
            .finish_non_exhaustive()
    }
}

fn words(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn request(query: &str) -> AuthorizationRequest {
        AuthorizationRequest::from_params(&Params::parse(query.as_bytes()).unwrap())
    }

    #[test]
    fn every_known_parameter_is_taken() {
        let query: Vec<String> = KNOWN_PARAMETERS.iter().map(|n| format!("{n}=value-of-{n}")).collect();
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
    fn lengths() {
        let longest = "x".repeat(MAX_VALUE_LENGTH);
        assert!(request(&format!("state={longest}")).ensure_lengths().is_ok());
        for name in ["state", "claims", "resource"] {
            let e = request(&format!("{name}={longest}x")).ensure_lengths().unwrap_err();
            assert_eq!(e.description, format!("{name} is too long"));
        }
    }

    #[test]
    fn resources_are_checked() {
        let r = request("resource=https://b.test&resource=https://a.test&resource=https://b.test");
        assert_eq!(r.parsed_resources().unwrap(), ["https://b.test", "https://a.test"]);
        let e = request("resource=api").parsed_resources().unwrap_err();
        assert_eq!(e.code, crate::error::ErrorCode::InvalidTarget);
    }

    #[test]
    fn debug_hides_tokens() {
        let r = request("client_id=a&id_token_hint=e30.e30.AA&state=secret");
        let text = format!("{r:?}");
        assert!(!text.contains("e30") && !text.contains("secret"), "{text}");
    }

    #[test]
    fn max_age() {
        assert_eq!(request("max_age=0").parsed_max_age().unwrap(), Some(0));
        assert_eq!(request("max_age=").parsed_max_age().unwrap(), None);
        for bad in ["-1", "%2B1", "1.5", "x", "99999999999", "1%20"] {
            assert!(request(&format!("max_age={bad}")).parsed_max_age().is_err(), "{bad}");
        }
    }
}
