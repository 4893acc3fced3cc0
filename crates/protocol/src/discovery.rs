//! Server metadata: RFC 8414, OpenID Connect Discovery 1.0, RFC 9207 §3,
//! RP-Initiated Logout §2.1, Back-Channel Logout §2.1.

use serde::Serialize;

/// The path of the metadata under the issuer (OpenID Connect Discovery §4).
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// The path of the metadata before the issuer's own path (RFC 8414 §3).
pub const OAUTH_AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";

/// What the server says about itself, the same in both documents. Lists come
/// from the tables that parse and route requests. Every member whose default
/// is not ours is always stated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderMetadata {
    /// The issuer, exactly as in tokens.
    pub issuer: String,
    /// URL of the authorization endpoint.
    pub authorization_endpoint: String,
    /// URL of the token endpoint.
    pub token_endpoint: String,
    /// URL of the JWK Set.
    pub jwks_uri: String,
    /// URL of userinfo.
    pub userinfo_endpoint: String,
    /// URL of introspection.
    pub introspection_endpoint: String,
    /// URL of revocation.
    pub revocation_endpoint: String,
    /// URL of RP-initiated logout.
    pub end_session_endpoint: String,
    /// Identity scopes.
    pub scopes_supported: Vec<String>,
    /// `code`.
    pub response_types_supported: Vec<String>,
    /// `query`, `form_post`.
    pub response_modes_supported: Vec<String>,
    /// The grants of the token endpoint. The default would say `implicit`.
    pub grant_types_supported: Vec<String>,
    /// `public`, `pairwise`.
    pub subject_types_supported: Vec<String>,
    /// Authentication context classes, weakest first.
    pub acr_values_supported: Vec<String>,
    /// Algorithms of ID tokens.
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// Algorithms of signed userinfo responses.
    pub userinfo_signing_alg_values_supported: Vec<String>,
    /// Client authentication at the token endpoint.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms of client assertions there.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Client authentication at introspection.
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms of client assertions there.
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Client authentication at revocation.
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms of client assertions there.
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// `page` and whatever else is understood of `display`.
    pub display_values_supported: Vec<String>,
    /// `normal`.
    pub claim_types_supported: Vec<String>,
    /// Names of claims that may be had.
    pub claims_supported: Vec<String>,
    /// Languages of claims; empty means not stated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims_locales_supported: Vec<String>,
    /// Languages of the pages.
    pub ui_locales_supported: Vec<String>,
    /// Values of `prompt` (OpenID Connect Prompt Create §3).
    pub prompt_values_supported: Vec<String>,
    /// PKCE methods: `S256`.
    pub code_challenge_methods_supported: Vec<String>,
    /// Whether `claims` is understood. The default would be `false`.
    pub claims_parameter_supported: bool,
    /// Whether `request` is understood.
    pub request_parameter_supported: bool,
    /// Whether `request_uri` is understood. The default would be `true`.
    pub request_uri_parameter_supported: bool,
    /// Whether `request_uri` values must be registered.
    pub require_request_uri_registration: bool,
    /// Whether `iss` is in authorization responses (RFC 9207).
    pub authorization_response_iss_parameter_supported: bool,
    /// Whether logout tokens are sent.
    pub backchannel_logout_supported: bool,
    /// Whether they carry `sid`.
    pub backchannel_logout_session_supported: bool,
    /// Whether front-channel logout is done.
    pub frontchannel_logout_supported: bool,
    /// Documentation for developers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_documentation: Option<String>,
    /// What clients should know about the operator's rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op_policy_uri: Option<String>,
    /// Terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op_tos_uri: Option<String>,
}

impl ProviderMetadata {
    /// Metadata of a server whose endpoints are at the given paths under the
    /// issuer (`/oauth2/token` becomes `{issuer}/oauth2/token`), with
    /// everything that this crate itself parses filled in.
    pub fn new(issuer: &str, paths: &EndpointPaths<'_>) -> Self {
        use crate::authorization::{Prompt, RESPONSE_TYPE_CODE, ResponseMode};
        use crate::client_metadata::{ASSERTION_ALGORITHMS, AuthMethod, SIGNING_ALGORITHMS, SubjectType};
        let base = issuer.trim_end_matches('/');
        let url = |path: &str| format!("{base}{path}");
        let methods = || list(AuthMethod::ALL.iter().map(|m| m.as_str()));
        let confidential = || {
            let all = AuthMethod::ALL.iter().filter(|m| **m != AuthMethod::None);
            list(all.map(|m| m.as_str()))
        };
        let assertion_algs = || list(ASSERTION_ALGORITHMS.iter().copied());
        let signing_algs = || list(SIGNING_ALGORITHMS.iter().copied());
        Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: url(paths.authorization),
            token_endpoint: url(paths.token),
            jwks_uri: url(paths.jwks),
            userinfo_endpoint: url(paths.userinfo),
            introspection_endpoint: url(paths.introspection),
            revocation_endpoint: url(paths.revocation),
            end_session_endpoint: url(paths.end_session),
            scopes_supported: list(crate::scope::IDENTITY_SCOPES.iter().copied()),
            response_types_supported: list([RESPONSE_TYPE_CODE]),
            response_modes_supported: list(ResponseMode::ALL.iter().map(|m| m.as_str())),
            grant_types_supported: list(crate::token::grant_type::ALL.iter().copied()),
            subject_types_supported: list(SubjectType::ALL.iter().map(|t| t.as_str())),
            acr_values_supported: Vec::new(),
            id_token_signing_alg_values_supported: signing_algs(),
            userinfo_signing_alg_values_supported: signing_algs(),
            token_endpoint_auth_methods_supported: methods(),
            token_endpoint_auth_signing_alg_values_supported: assertion_algs(),
            introspection_endpoint_auth_methods_supported: confidential(),
            introspection_endpoint_auth_signing_alg_values_supported: assertion_algs(),
            revocation_endpoint_auth_methods_supported: methods(),
            revocation_endpoint_auth_signing_alg_values_supported: assertion_algs(),
            display_values_supported: list(["page"]),
            claim_types_supported: list(["normal"]),
            claims_supported: claims_supported(),
            claims_locales_supported: Vec::new(),
            ui_locales_supported: Vec::new(),
            prompt_values_supported: list(Prompt::ALL.iter().map(|p| p.as_str())),
            code_challenge_methods_supported: list([crate::pkce::S256]),
            claims_parameter_supported: true,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            require_request_uri_registration: false,
            authorization_response_iss_parameter_supported: true,
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            frontchannel_logout_supported: false,
            service_documentation: None,
            op_policy_uri: None,
            op_tos_uri: None,
        }
    }
}

/// Paths of the endpoints under the issuer, each with a leading slash.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // each is the path of the endpoint of that name
pub struct EndpointPaths<'a> {
    pub authorization: &'a str,
    pub token: &'a str,
    pub jwks: &'a str,
    pub userinfo: &'a str,
    pub introspection: &'a str,
    pub revocation: &'a str,
    pub end_session: &'a str,
}

fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    items.into_iter().map(str::to_owned).collect()
}

fn claims_supported() -> Vec<String> {
    let protocol = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid"];
    list(protocol.into_iter().chain(crate::claims::standard_claims()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn metadata(issuer: &str) -> serde_json::Value {
        let paths = EndpointPaths {
            authorization: "/oauth2/authorize",
            token: "/oauth2/token",
            jwks: "/.well-known/jwks.json",
            userinfo: "/oauth2/userinfo",
            introspection: "/oauth2/introspect",
            revocation: "/oauth2/revoke",
            end_session: "/oauth2/logout",
        };
        serde_json::to_value(ProviderMetadata::new(issuer, &paths)).unwrap()
    }

    #[test]
    fn defaults_that_are_not_ours_are_stated() {
        let m = metadata("https://id.test");
        assert_eq!(m["claims_parameter_supported"], json!(true));
        assert_eq!(m["request_parameter_supported"], json!(false));
        assert_eq!(m["request_uri_parameter_supported"], json!(false));
        assert_eq!(m["response_modes_supported"], json!(["query", "form_post"]));
        assert_eq!(m["code_challenge_methods_supported"], json!(["S256"]));
        assert!(!m["grant_types_supported"].as_array().unwrap().contains(&json!("implicit")));
    }

    #[test]
    fn endpoints_are_under_the_issuer() {
        let m = metadata("https://id.test/tenant");
        assert_eq!(m["issuer"], "https://id.test/tenant");
        assert_eq!(m["token_endpoint"], "https://id.test/tenant/oauth2/token");
    }

    #[test]
    fn introspection_is_for_confidential_clients() {
        let m = metadata("https://id.test");
        let methods = m["introspection_endpoint_auth_methods_supported"].as_array().unwrap();
        assert!(!methods.contains(&json!("none")));
    }
}
