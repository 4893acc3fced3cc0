//! What goes wrong, as RFC 9457 says it: `application/problem+json`, with the fields that are wrong by name.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use protocol::{
    bearer::Challenge,
    client_metadata::FieldError,
    error::{ErrorCode, OAuthError},
};
use provider::{
    Refusal,
    administration::AdminError,
    api::NotLetIn,
    roles::{Permission, Permissions},
    tally,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::extract::params::Unreadable;

/// How metrics and logs call the API.
const ENDPOINT: &str = "api";

/// What a challenge protects.
const REALM: &str = "chancery";

/// A problem document.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
struct Document<'a> {
    /// Always `about:blank`: `code` tells problems apart.
    r#type: &'static str,
    /// The status, in words.
    title: &'a str,
    /// The status.
    status: u16,
    /// Tells problems apart.
    code: &'static str,
    /// What is wrong this time, for people.
    detail: &'a str,
    /// The fields that are wrong.
    #[serde(skip_serializing_if = "<[Field]>::is_empty")]
    errors: &'a [Field],
    /// The permissions that are lacking.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lacking: Vec<&'static str>,
}

/// A field that is wrong.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Field {
    /// Where it is in the body: a JSON pointer.
    pointer: String,
    /// Its name.
    field: String,
    /// What is wrong with it.
    detail: String,
}

impl From<FieldError> for Field {
    fn from(error: FieldError) -> Self {
        let mut pointer = String::from("#");
        for step in error.field.split(['.', '[', ']']).filter(|step| !step.is_empty()) {
            pointer.push('/');
            pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        }
        Self { pointer, field: error.field, detail: error.message }
    }
}

/// Why a request is not done.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<Field>,
    lacking: Permissions,
    challenge: Option<String>,
    retry_after: Option<u64>,
}

/// The schema of a problem, for the document.
pub(super) fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<Document<'static>>()
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            lacking: Permissions::NONE,
            challenge: None,
            retry_after: None,
        }
    }

    pub(super) fn bad(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// Fields of the body.
    pub(super) fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let errors = errors.into_iter().map(Field::from).collect();
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    }

    /// There is nothing of that name.
    pub(super) fn missing() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing of that name")
    }

    /// Nobody said who they are (RFC 6750 section 3.1: not a word about errors in the challenge).
    pub(super) fn unauthenticated(metadata: &str) -> Self {
        tally::unauthenticated(ENDPOINT);
        let detail = "This needs an access token for the management API";
        let problem = Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail);
        problem.challenged(Challenge::bearer(REALM), metadata)
    }

    /// The token does not count.
    pub(super) fn not_let_in(why: NotLetIn, metadata: &str) -> Self {
        let weak = matches!(why, NotLetIn::TooWeak);
        let refusal = why.refusal();
        let error = refusal.public();
        if error.code != ErrorCode::InvalidToken {
            return refusal.into();
        }
        tally::refused(ENDPOINT, &refusal);
        let detail = error.description.clone();
        if weak {
            // RFC 9470 section 3.
            let challenge = Challenge::bearer(REALM)
                .with("error", "insufficient_user_authentication")
                .with("error_description", &detail)
                .with("acr_values", provider::api::REQUIRED_ACR.as_str());
            return Self::new(StatusCode::UNAUTHORIZED, "insufficient_user_authentication", detail)
                .challenged(challenge, metadata);
        }
        Self::new(StatusCode::UNAUTHORIZED, "invalid_token", detail)
            .challenged(Challenge::bearer(REALM).error(&error), metadata)
    }

    /// The `Authorization` header cannot be read.
    pub(super) fn malformed(error: &OAuthError, metadata: &str) -> Self {
        Self::bad("invalid_request", error.description.clone())
            .challenged(Challenge::bearer(REALM).error(error), metadata)
    }

    /// Whoever calls does not hold the permission of the route.
    pub(super) fn insufficient_scope(permission: Permission, metadata: &str) -> Self {
        let error = OAuthError::new(ErrorCode::InsufficientScope, "The permission is not held, or not in the token");
        tally::refused(ENDPOINT, &Refusal::from(error.clone()));
        let challenge = Challenge::bearer(REALM).error(&error).scope(permission.as_str());
        let detail = format!("This needs the permission {permission}");
        let problem = Self::new(StatusCode::FORBIDDEN, "insufficient_scope", detail).challenged(challenge, metadata);
        Self { lacking: [permission].into_iter().collect(), ..problem }
    }

    fn challenged(self, challenge: Challenge, metadata: &str) -> Self {
        // RFC 9728 section 5.1.
        Self { challenge: Some(challenge.with("resource_metadata", metadata).into_header()), ..self }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        tally::refused(ENDPOINT, &refusal);
        let error = refusal.public();
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
        let retry_after = refusal.retry_after().map(|after| after.as_secs().max(1));
        Self { retry_after, ..Self::new(status, error.code.as_str(), error.description) }
    }
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        let text = error.to_string();
        match error {
            AdminError::Missing { .. } => Self::missing(),
            AdminError::Taken { .. } => Self::new(StatusCode::CONFLICT, "taken", text),
            AdminError::Invalid(problems) => Self::invalid(problems.into_iter().map(|one| one.error).collect()),
            AdminError::Forbidden(lacking) => {
                Self { lacking, ..Self::new(StatusCode::FORBIDDEN, "insufficient_permission", text) }
            }
            AdminError::LastOwner => Self::new(StatusCode::CONFLICT, "last_owner", text),
            AdminError::Changed => Self::new(StatusCode::PRECONDITION_FAILED, "changed", text),
            AdminError::Repeated => Self::new(StatusCode::CONFLICT, "repeated", text),
            AdminError::Hashing(reason) => Refusal::unavailable(reason).into(),
            AdminError::NoSealingKey => Refusal::internal(text).into(),
            AdminError::Storage(error) => Refusal::from(error).into(),
        }
    }
}

impl From<Unreadable> for Problem {
    fn from(unreadable: Unreadable) -> Self {
        Self::new(unreadable.status, "unreadable", unreadable.error.description)
    }
}

impl From<OAuthError> for Problem {
    fn from(error: OAuthError) -> Self {
        Self::bad("invalid_request", error.description)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = Document {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            errors: &self.errors,
            lacking: self.lacking.names(),
        };
        let mut response = Response::new(Body::from(serde_json::to_vec(&document).unwrap_or_default()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let mut set = |name: HeaderName, text: String| {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        };
        if let Some(challenge) = self.challenge {
            set(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            set(header::RETRY_AFTER, seconds.to_string());
        }
        response
    }
}

/// There is no such route.
pub(super) async fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address")
}

/// The route does not answer this method.
pub(super) async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not answer that method")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_pointed_at() {
        let pointer = |field: &str| Field::from(FieldError { field: field.to_owned(), message: String::new() }).pointer;
        assert_eq!(pointer("redirect_uris[0]"), "#/redirect_uris/0");
        assert_eq!(pointer("username"), "#/username");
        assert_eq!(pointer("scopes.a/b"), "#/scopes/a~1b");
        assert_eq!(pointer(""), "#");
    }
}
