//! How a client sees a person: the one mapping to `sub` (OpenID Connect Core section 8), for tokens, userinfo,
//! introspection, logout and hints.
//!
//! A public subject is the person's id, which is a UUID; a pairwise one is 43 characters of base64url; a client's
//! own tokens name its `client_id`, which is never a UUID. So no two kinds collide (RFC 9068 section 5).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use protocol::client_metadata::{ClientMetadata, SubjectType};
use storage::id::UserId;
use url::Url;

use crate::{Provider, registry::Client};

/// The `sub` by which `client` knows `user`.
#[must_use]
pub fn of(provider: &Provider, client: &Client, user: UserId) -> String {
    match client.metadata.subject_type {
        SubjectType::Public => user.to_string(),
        SubjectType::Pairwise => {
            let sector = sector(&client.metadata, &client.client_id);
            URL_SAFE_NO_PAD.encode(provider.keys.pairwise(&sector, user))
        }
    }
}

/// The person that a public `sub` names; `None` for pairwise subjects and for clients.
#[must_use]
pub fn person_of_public(sub: &str) -> Option<UserId> {
    // Only the canonical form is ever issued.
    sub.parse().ok().filter(|user: &UserId| user.to_string() == sub)
}

/// Clients of one sector see the same subjects: the host of `sector_identifier_uri`, else that of the redirect URI
/// (there is only one, or the other would have been needed to register). A client without either is alone.
fn sector(metadata: &ClientMetadata, client_id: &str) -> String {
    let uri = metadata.sector_identifier_uri.as_ref().or(metadata.redirect_uris.first());
    let host = uri.and_then(|uri| Url::parse(uri).ok()).and_then(|uri| uri.host_str().map(str::to_owned));
    // A host has no slash, so a lonely client is in nobody's sector.
    host.unwrap_or_else(|| format!("client/{client_id}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn metadata(sector: Option<&str>, redirect: Option<&str>) -> ClientMetadata {
        ClientMetadata {
            sector_identifier_uri: sector.map(str::to_owned),
            redirect_uris: redirect.map(str::to_owned).into_iter().collect(),
            ..ClientMetadata::default()
        }
    }

    #[test]
    fn sectors() {
        let a = metadata(None, Some("https://a.test/cb"));
        assert_eq!(sector(&a, "a"), "a.test");
        assert_eq!(sector(&metadata(Some("https://s.test/x.json"), Some("https://a.test/cb")), "a"), "s.test");
        assert_eq!(sector(&metadata(None, None), "a"), "client/a");
        assert_eq!(sector(&metadata(None, Some("com.example:/cb")), "a"), "client/a");
    }

    #[test]
    fn public_subjects_are_read_back() {
        let ada = UserId::new();
        assert_eq!(person_of_public(&ada.to_string()), Some(ada));
        assert_eq!(person_of_public(&ada.to_string().to_uppercase()), None);
        assert_eq!(person_of_public(&ada.uuid().simple().to_string()), None);
        assert_eq!(person_of_public("shop"), None);
        assert_eq!(person_of_public(&URL_SAFE_NO_PAD.encode([7; 32])), None, "a pairwise subject");
    }
}
