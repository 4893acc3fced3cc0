//! What the server says about itself (RFC 8414, OpenID Connect Discovery): made from the tables that decide.

use std::sync::OnceLock;

use messages::Locale;
use protocol::{
    authorization::Prompt,
    discovery::{EndpointPaths, ProviderMetadata},
};

use crate::{
    Provider, Refusal, Settings, documents::Document, grants::GRANTS, keys, mail, people::sign_up, sign_in::Acr,
};

/// The metadata of this deployment. `paths` are those that the router serves.
#[must_use]
pub fn metadata(settings: &Settings, paths: &EndpointPaths<'_>) -> ProviderMetadata {
    let algorithms = || keys::ALGORITHMS.iter().map(|algorithm| algorithm.as_str().to_owned()).collect();
    ProviderMetadata {
        grant_types_supported: GRANTS.iter().map(|grant| grant.name.to_owned()).collect(),
        id_token_signing_alg_values_supported: algorithms(),
        userinfo_signing_alg_values_supported: algorithms(),
        acr_values_supported: Acr::ALL.iter().map(|acr| acr.as_str().to_owned()).collect(),
        prompt_values_supported: prompts(settings),
        ui_locales_supported: Locale::all().map(Locale::tag).collect(),
        ..ProviderMetadata::new(settings.issuer.as_str(), paths)
    }
}

/// `create` where it opens a page of its own; elsewhere it is understood as `login`, and not promised.
fn prompts(settings: &Settings) -> Vec<String> {
    let creates = sign_up::is_public(settings) && mail::is_on(settings);
    let known = Prompt::ALL.iter().filter(|prompt| creates || **prompt != Prompt::Create);
    known.map(|prompt| prompt.as_str().to_owned()).collect()
}

/// The metadata as it is served: nothing of it changes while the server runs.
#[derive(Debug, Default)]
pub struct Published(OnceLock<Document>);

impl Provider {
    /// The metadata document.
    ///
    /// # Errors
    /// `Refusal::Internal` when it cannot be written.
    pub fn metadata_document(&self, paths: &EndpointPaths<'_>) -> Result<&Document, Refusal> {
        if let Some(document) = self.published.0.get() {
            return Ok(document);
        }
        let document = Document::write(&metadata(&self.settings, paths));
        let document = document.map_err(|error| Refusal::internal(error.to_string()))?;
        Ok(self.published.0.get_or_init(|| document))
    }
}
