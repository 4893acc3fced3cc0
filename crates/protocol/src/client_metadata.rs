//! Client metadata (RFC 7591, OpenID Connect Dynamic Client Registration,
//! logout specifications), and what of a client's policy is ours alone.

mod members;
mod validate;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::acr::Acr;
use crate::redirect_uri;
use crate::scope::Scope;
use crate::token::grant_type;

pub use members::stored_members;
pub use validate::{FieldError, MAX_CLIENT_ID_LENGTH, validate_client_id};

/// How a client authenticates at the token, introspection and revocation
/// endpoints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// A web application, on a server or in a browser.
    #[default]
    Web,
    /// An application installed on a device (RFC 8252).
    Native,
}

/// How the client sees its people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// What a client changes of the pages of its own requests. What is not said is as everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClientTheme {
    /// The color of buttons and links: `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// The same for people who prefer dark pages. Without it, it is made from `accent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent_dark: Option<String>,
    /// The radius of corners, in pixels: 0 to 24.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corner: Option<u32>,
}

/// The roundest corner, in pixels.
pub const ROUNDEST_CORNER: u32 = 24;

/// The algorithms with which we sign.
pub const SIGNING_ALGORITHMS: &[&str] = &["RS256", "ES256", "EdDSA"];
/// The algorithms that we accept in client assertions. The last two are one:
/// libraries have begun to write its newer name (RFC 9864).
pub const ASSERTION_ALGORITHMS: &[&str] = &["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"];
/// The longest retry window of a rotated refresh token, in seconds.
pub const MAX_RETRY_WINDOW: u32 = 120;

/// All that is registered about a client besides its identifier and its
/// secrets. Unknown members are errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// How the pages look while people sign in for this client. Our own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<ClientTheme>,
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
    #[schemars(with = "String")]
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
    /// How strongly people must sign in for this client at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_acr: Option<Acr>,
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
            theme: None,
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
            required_acr: None,
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
}

#[cfg(test)]
mod tests;
