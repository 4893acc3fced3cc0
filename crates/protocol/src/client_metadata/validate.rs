//! What may be registered about a client.

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::{
    ASSERTION_ALGORITHMS, AuthMethod, ClientMetadata, MAX_RETRY_WINDOW, ROUNDEST_CORNER, SIGNING_ALGORITHMS,
    SubjectType,
};
use crate::color::Color;
use crate::redirect_uri::{self, RedirectUriKind};
use crate::resource;
use crate::token::grant_type;

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

/// The longest `client_id`, in bytes.
pub const MAX_CLIENT_ID_LENGTH: usize = 200;
/// The longest `scope`, in bytes.
pub const MAX_SCOPE_LENGTH: usize = 4096;

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

impl ClientMetadata {
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
        if let Some(theme) = &self.theme {
            let unreadable =
                [&theme.accent, &theme.accent_dark].into_iter().flatten().find_map(|c| c.parse::<Color>().err());
            if let Some(what) = unreadable {
                errors.add("theme", what);
            }
            if theme.corner.is_some_and(|corner| corner > ROUNDEST_CORNER) {
                errors.add("theme", format!("corner must be at most {ROUNDEST_CORNER}"));
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
        if self.scope.to_string().len() > MAX_SCOPE_LENGTH {
            errors.add("scope", format!("must be at most {MAX_SCOPE_LENGTH} characters: all of it goes into a token"));
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
