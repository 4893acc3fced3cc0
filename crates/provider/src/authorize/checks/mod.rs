//! The checks of the table, each small and named by what it looks at.

pub(super) mod claims;
pub(super) mod client;
pub(super) mod id_token_hint;
pub(super) mod once;
pub(super) mod pkce;
pub(super) mod policy;
pub(super) mod prompt;
pub(super) mod redirect_uri;
pub(super) mod request_object;
pub(super) mod response;
pub(super) mod scope;
pub(super) mod size;

/// No such client, or it is disabled.
pub const CLIENT_UNKNOWN: &str = "client_unknown";
/// The redirect URI is not one of the client's.
pub const REDIRECT_URI_FOREIGN: &str = "redirect_uri_foreign";
/// The redirect URI was left out where it is needed.
pub const REDIRECT_URI_MISSING: &str = "redirect_uri_missing";
