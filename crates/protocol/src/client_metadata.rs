//! Client metadata (RFC 7591, OpenID Connect Dynamic Client Registration,
//! logout specifications), and what of a client's policy is ours alone.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::redirect_uri::{self, RedirectUriKind};
use crate::resource;
use crate::scope::Scope;
use crate::token::grant_type;

/// How a client authenticates at the token, introspection and revocation
/// endpoints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Secret in the `Authorization` header.
    #[default]
    ClientSecretBasic,
    /// Secret in the form.
    ClientSecretPost,
    /// An assertion signed with the client's key (RFC 7523).
    PrivateKeyJwt,
    /// A public client.
    None,
}

impl AuthMethod {
    /// Every method, for metadata.
    pub const ALL: &'static [AuthMethod] =
        &[Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt, Self::None];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }

    /// Whether the method needs a secret.
    pub const fn uses_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }
}

/// What kind of application the client is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// A web application, on a server or in a browser.
    #[default]
    Web,
    /// An application installed on a device (RFC 8252).
    Native,
}

/// How the client sees its people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// The same `sub` for every client.
    #[default]
    Public,
    /// A `sub` of its own for each sector.
    Pairwise,
}

impl SubjectType {
    /// Every type, for metadata.
    pub const ALL: &'static [SubjectType] = &[Self::Public, Self::Pairwise];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Pairwise => "pairwise",
        }
    }
}

/// The algorithms with which we sign.
pub const SIGNING_ALGORITHMS: &[&str] = &["RS256", "ES256", "EdDSA"];
/// The algorithms that we accept in client assertions. The last two are one:
/// libraries have begun to write its newer name (RFC 9864).
pub const ASSERTION_ALGORITHMS: &[&str] = &["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"];
/// The longest retry window of a rotated refresh token, in seconds.
pub const MAX_RETRY_WINDOW: u32 = 120;

/// The longest `client_id`, in bytes.
pub const MAX_CLIENT_ID_LENGTH: usize = 200;

/// Checks an identifier that a client is to have: printable ASCII without
/// spaces, quotes and backslashes, and no UUID, because those are subjects of
/// people (RFC 9068 §5).
pub fn validate_client_id(client_id: &str) -> Result<(), FieldError> {
    let refuse = |message: &str| Err(FieldError { field: "client_id".to_owned(), message: message.to_owned() });
    let allowed = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\');
    if client_id.is_empty() || client_id.len() > MAX_CLIENT_ID_LENGTH {
        return refuse("must be 1 to 200 characters");
    }
    if !client_id.bytes().all(allowed) {
        return refuse("must be printable ASCII without spaces, quotes and backslashes");
    }
    if uuid::Uuid::try_parse(client_id).is_ok() {
        return refuse("must not be a UUID: people have those");
    }
    Ok(())
}

/// All that is registered about a client besides its identifier and its
/// secrets. Unknown members are errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientMetadata {
    /// Name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// Home page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Logo, shown on the consent page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Privacy policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Mail addresses of those responsible.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Identifier of the software, the same for all its instances.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// Version of the software.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// `web` or `native`.
    pub application_type: ApplicationType,
    /// Where authorization responses go; compared exactly.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<String>,
    /// Where people go after signing out; compared exactly.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// The grants that the client may use: values of
    /// [`crate::token::grant_type`].
    pub grant_types: Vec<String>,
    /// `code`, or nothing for clients without the authorization code grant.
    pub response_types: Vec<String>,
    /// How the client authenticates.
    pub token_endpoint_auth_method: AuthMethod,
    /// The only algorithm of its assertions; any of
    /// [`ASSERTION_ALGORITHMS`] if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// The client's keys: a JWK Set with public members only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Where the client's keys are fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The scopes that the client may request; used whole when a request
    /// omits `scope`.
    pub scope: Scope,
    /// Identifiers of the APIs that the client may reach; the first is its
    /// default.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// `public` or `pairwise`.
    pub subject_type: SubjectType,
    /// Names the sector of pairwise subjects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// The algorithm of its ID tokens.
    pub id_token_signed_response_alg: String,
    /// The algorithm of its userinfo responses; plain JSON if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
    /// `max_age` in seconds where the request has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u32>,
    /// Whether `auth_time` is always in the ID token.
    pub require_auth_time: bool,
    /// `acr_values` where the request has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Where logout tokens are posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether logout tokens must have `sid`. Ours always have.
    pub backchannel_logout_session_required: bool,
    /// Whether an authorization request without PKCE is refused. Always so
    /// for public clients.
    pub require_pkce: bool,
    /// Whether people are not asked for consent.
    pub first_party: bool,
    /// Seconds in which the retry of a rotated refresh token gets the same
    /// successor; 0 turns it off, the server's default applies if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_retry_window: Option<u32>,
    /// Whether its assertions may name the token endpoint's URL as their
    /// audience, besides the issuer.
    pub token_endpoint_audience_allowed: bool,
    /// Whether token exchange may issue it tokens without `act`.
    pub impersonation_allowed: bool,
}

impl Default for ClientMetadata {
    fn default() -> Self {
        Self {
            client_name: None,
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            contacts: Vec::new(),
            software_id: None,
            software_version: None,
            application_type: ApplicationType::Web,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            grant_types: vec![grant_type::AUTHORIZATION_CODE.to_owned()],
            response_types: vec!["code".to_owned()],
            token_endpoint_auth_method: AuthMethod::ClientSecretBasic,
            token_endpoint_auth_signing_alg: None,
            jwks: None,
            jwks_uri: None,
            scope: Scope::empty(),
            resources: Vec::new(),
            subject_type: SubjectType::Public,
            sector_identifier_uri: None,
            id_token_signed_response_alg: "RS256".to_owned(),
            userinfo_signed_response_alg: None,
            default_max_age: None,
            require_auth_time: false,
            default_acr_values: Vec::new(),
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            require_pkce: true,
            first_party: false,
            refresh_token_retry_window: None,
            token_endpoint_audience_allowed: false,
            impersonation_allowed: false,
        }
    }
}

/// What is wrong with one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{field}: {message}")]
pub struct FieldError {
    /// The member's name, with an index for an element of a list:
    /// `redirect_uris[1]`.
    pub field: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl ClientMetadata {
    /// Whether the client cannot keep a secret.
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_method == AuthMethod::None
    }

    /// Whether the client may use the grant.
    pub fn has_grant(&self, grant_type: &str) -> bool {
        self.grant_types.iter().any(|g| g == grant_type)
    }

    /// Whether an authorization request must carry a PKCE challenge.
    pub fn pkce_required(&self) -> bool {
        self.require_pkce || self.is_public()
    }

    /// Whether the client is a native application.
    pub fn is_native(&self) -> bool {
        self.application_type == ApplicationType::Native
    }

    /// Whether the redirect URI is one of the client's.
    pub fn allows_redirect_uri(&self, presented: &str) -> bool {
        redirect_uri::matches(&self.redirect_uris, presented, self.is_native())
    }

    /// Checks every member, and that they go together.
    ///
    /// # Errors
    /// All that is wrong, not only the first of it.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = Errors(Vec::new());
        self.check_texts(&mut errors);
        self.check_grants(&mut errors);
        self.check_redirects(&mut errors);
        self.check_authentication(&mut errors);
        self.check_tokens(&mut errors);
        if errors.0.is_empty() { Ok(()) } else { Err(errors.0) }
    }

    fn check_texts(&self, errors: &mut Errors) {
        for (field, text) in [
            ("client_name", &self.client_name),
            ("software_id", &self.software_id),
            ("software_version", &self.software_version),
        ] {
            if text.as_deref().is_some_and(|t| !is_plain_text(t)) {
                errors.add(field, "must be 1 to 200 characters without control characters");
            }
        }
        for (field, uri) in [
            ("client_uri", &self.client_uri),
            ("logo_uri", &self.logo_uri),
            ("policy_uri", &self.policy_uri),
            ("tos_uri", &self.tos_uri),
        ] {
            if uri.as_deref().is_some_and(|u| !is_web_uri(u)) {
                errors.add(field, "must be an http or https URL");
            }
        }
        for (i, contact) in self.contacts.iter().enumerate() {
            if !is_plain_text(contact) {
                errors.add_at("contacts", i, "must not be empty");
            }
        }
    }

    fn check_grants(&self, errors: &mut Errors) {
        for (i, grant) in self.grant_types.iter().enumerate() {
            if !grant_type::ALL.contains(&grant.as_str()) {
                errors.add_at("grant_types", i, format!("{grant} is not supported"));
            }
        }
        for (i, response_type) in self.response_types.iter().enumerate() {
            if response_type != "code" {
                errors.add_at("response_types", i, "only code is supported");
            }
        }
        let code = self.has_grant(grant_type::AUTHORIZATION_CODE);
        if code && self.response_types.is_empty() {
            errors.add("response_types", "must be code with authorization_code");
        }
        if self.has_grant(grant_type::REFRESH_TOKEN) && !code {
            errors.add("grant_types", "refresh_token needs authorization_code");
        }
        for grant in [grant_type::CLIENT_CREDENTIALS, grant_type::TOKEN_EXCHANGE] {
            if self.is_public() && self.has_grant(grant) {
                errors.add("grant_types", format!("{grant} is not for public clients"));
            }
        }
    }

    fn check_redirects(&self, errors: &mut Errors) {
        if self.has_grant(grant_type::AUTHORIZATION_CODE) && self.redirect_uris.is_empty() {
            errors.add("redirect_uris", "needed with authorization_code");
        }
        for (field, uris) in
            [("redirect_uris", &self.redirect_uris), ("post_logout_redirect_uris", &self.post_logout_redirect_uris)]
        {
            for (i, uri) in uris.iter().enumerate() {
                match redirect_uri::validate_registration(uri) {
                    Err(e) => errors.add_at(field, i, e.to_string()),
                    Ok(RedirectUriKind::PrivateUse) if !self.is_native() => {
                        errors.add_at(field, i, "a private-use scheme is for native clients only");
                    }
                    Ok(_) => {}
                }
                if uris[..i].contains(uri) {
                    errors.add_at(field, i, "is listed twice");
                }
            }
        }
    }

    fn check_authentication(&self, errors: &mut Errors) {
        let assertions = self.token_endpoint_auth_method == AuthMethod::PrivateKeyJwt;
        match (&self.jwks, &self.jwks_uri) {
            (Some(_), Some(_)) => errors.add("jwks_uri", "cannot be combined with jwks"),
            (None, None) if assertions => {
                errors.add("jwks", "private_key_jwt needs jwks or jwks_uri");
            }
            _ => {}
        }
        if let Some(message) = self.jwks.as_ref().and_then(jwks_problem) {
            errors.add("jwks", message);
        }
        if self.jwks_uri.as_deref().is_some_and(|u| !is_secure_uri(u)) {
            errors.add("jwks_uri", "must be an https URL");
        }
        let alg = self.token_endpoint_auth_signing_alg.as_deref();
        if alg.is_some_and(|a| !ASSERTION_ALGORITHMS.contains(&a)) {
            let message = format!("must be one of {}", ASSERTION_ALGORITHMS.join(", "));
            errors.add("token_endpoint_auth_signing_alg", message);
        }
    }

    fn check_tokens(&self, errors: &mut Errors) {
        for (field, alg) in [
            ("id_token_signed_response_alg", Some(self.id_token_signed_response_alg.as_str())),
            ("userinfo_signed_response_alg", self.userinfo_signed_response_alg.as_deref()),
        ] {
            if alg.is_some_and(|a| !SIGNING_ALGORITHMS.contains(&a)) {
                let message = format!("must be one of {}", SIGNING_ALGORITHMS.join(", "));
                errors.add(field, message);
            }
        }
        for (i, identifier) in self.resources.iter().enumerate() {
            if let Err(e) = resource::validate(identifier) {
                errors.add_at("resources", i, e.to_string());
            } else if self.resources[..i].contains(identifier) {
                errors.add_at("resources", i, "is listed twice");
            }
        }
        for (field, uri) in [
            ("sector_identifier_uri", &self.sector_identifier_uri),
            ("backchannel_logout_uri", &self.backchannel_logout_uri),
        ] {
            if uri.as_deref().is_some_and(|u| !is_secure_uri(u)) {
                errors.add(field, "must be an https URL without a fragment");
            }
        }
        self.check_sector(errors);
        if self.refresh_token_retry_window > Some(MAX_RETRY_WINDOW) {
            let message = format!("must be at most {MAX_RETRY_WINDOW} seconds");
            errors.add("refresh_token_retry_window", message);
        }
    }

    /// Redirect URIs of several hosts need a sector identifier (OpenID Connect
    /// Core §8.1).
    fn check_sector(&self, errors: &mut Errors) {
        let pairwise = self.subject_type == SubjectType::Pairwise;
        if !pairwise || self.sector_identifier_uri.is_some() {
            return;
        }
        let mut hosts: Vec<Option<String>> = self
            .redirect_uris
            .iter()
            .filter_map(|u| Url::parse(u).ok())
            .map(|u| u.host_str().map(str::to_owned))
            .collect();
        hosts.sort();
        hosts.dedup();
        if hosts.len() > 1 {
            errors.add("sector_identifier_uri", "needed for pairwise subjects with redirect URIs of several hosts");
        }
    }
}

struct Errors(Vec<FieldError>);

impl Errors {
    fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    fn add_at(&mut self, field: &str, index: usize, message: impl Into<String>) {
        self.add(&format!("{field}[{index}]"), message);
    }
}

fn is_plain_text(text: &str) -> bool {
    (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control) && !text.trim().is_empty()
}

fn is_web_uri(uri: &str) -> bool {
    uri_with(uri, |url| matches!(url.scheme(), "http" | "https"))
}

/// https, or http to this machine, as in development.
fn is_secure_uri(uri: &str) -> bool {
    uri_with(uri, |url| match url.scheme() {
        "https" => url.fragment().is_none(),
        "http" => url.fragment().is_none() && redirect_uri::is_loopback_url(url),
        _ => false,
    })
}

fn uri_with(uri: &str, accept: impl Fn(&Url) -> bool) -> bool {
    redirect_uri::has_uri_characters_only(uri)
        && Url::parse(uri).is_ok_and(|url| accept(&url) && url.username().is_empty() && url.password().is_none())
}

/// What is wrong with an inline JWK Set, if anything.
fn jwks_problem(jwks: &Value) -> Option<&'static str> {
    let Some(keys) = jwks.get("keys").and_then(Value::as_array) else {
        return Some("must be an object with a list of keys");
    };
    if keys.is_empty() || keys.len() > 20 {
        return Some("must have 1 to 20 keys");
    }
    for key in keys {
        let Some(key) = key.as_object() else {
            return Some("every key must be an object");
        };
        let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
        if private.iter().any(|member| key.contains_key(*member)) {
            return Some("must not contain private members");
        }
        if !key.get("kty").is_some_and(Value::is_string) {
            return Some("every key needs a kty");
        }
    }
    None
}

#[cfg(test)]
mod tests;
