//! The metadata documents (RFC 8414 section 3, OpenID Connect Discovery section 4): the same at both places.

use axum::{extract::State, http::HeaderMap, response::Response};
use protocol::discovery::EndpointPaths;
use provider::RequestInfo;

use crate::{
    App, paths,
    respond::json::{self, Challenged, Endpoint},
};

/// How long the metadata may be cached, in seconds.
const MAX_AGE: u64 = 300;

const ENDPOINT: Endpoint = Endpoint { name: "discovery", challenged: Challenged::Client };

/// The paths that the router serves.
const PATHS: EndpointPaths<'static> = EndpointPaths {
    authorization: paths::AUTHORIZE,
    token: paths::TOKEN,
    jwks: paths::JWKS,
    userinfo: paths::USERINFO,
    introspection: paths::INTROSPECT,
    revocation: paths::REVOKE,
    end_session: paths::END_SESSION,
};

/// Answers without the database.
pub async fn metadata(State(app): State<App>, headers: HeaderMap) -> Response {
    answer(&app, &headers)
}

/// The same, where nothing needs to be waited for.
pub fn answer(app: &App, headers: &HeaderMap) -> Response {
    match app.provider.metadata_document(&PATHS) {
        Ok(document) => json::document(headers, document, MAX_AGE),
        Err(refusal) => json::refused(&app.provider.begin(RequestInfo::of_nobody()), ENDPOINT, &refusal),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn assertions_may_name_the_token_endpoint_that_is_served() {
        assert_eq!(super::PATHS.token, provider::client_auth::TOKEN_ENDPOINT_PATH);
    }
}
