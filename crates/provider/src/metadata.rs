//! What the server says about itself (RFC 8414, OpenID Connect Discovery): made from the tables that decide.

use protocol::discovery::{EndpointPaths, ProviderMetadata};

use crate::{Settings, grants::GRANTS, keys};

/// The metadata of this deployment. `paths` are those that the router serves.
#[must_use]
pub fn metadata(settings: &Settings, paths: &EndpointPaths<'_>) -> ProviderMetadata {
    let algorithms = || keys::ALGORITHMS.iter().map(|algorithm| algorithm.as_str().to_owned()).collect();
    ProviderMetadata {
        grant_types_supported: GRANTS.iter().map(|grant| grant.name.to_owned()).collect(),
        id_token_signing_alg_values_supported: algorithms(),
        userinfo_signing_alg_values_supported: algorithms(),
        ..ProviderMetadata::new(settings.issuer.as_str(), paths)
    }
}
