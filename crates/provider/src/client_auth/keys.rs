//! The keys of clients: registered inline, or fetched from `jwks_uri` and remembered for a few minutes.

use std::sync::Arc;

use jose::Jwks;

use super::refused;
use crate::{
    Context,
    refusal::Refusal,
    registry::Client,
    remote::{self, Freshness, Remote},
};

/// What was fetched, by URL.
#[derive(Debug)]
pub struct ClientKeys {
    fetched: Remote<Jwks>,
}

impl Default for ClientKeys {
    fn default() -> Self {
        Self { fetched: Remote::new(remote::JWKS) }
    }
}

impl ClientKeys {
    /// The keys of a client.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when they are not known and cannot be fetched.
    pub(super) async fn of(
        &self,
        context: &Context,
        client: &Client,
        freshness: Freshness,
    ) -> Result<Arc<Jwks>, Refusal> {
        if let Some(inline) = &client.metadata.jwks {
            return Ok(Arc::new(remote::parse_jwks(inline)));
        }
        let uri = client.metadata.jwks_uri.as_deref().ok_or_else(|| refused("client_has_no_keys"))?;
        let unreachable = || Refusal::unavailable(format!("the keys of client {} cannot be fetched", client.client_id));
        self.fetched.get(context, uri, freshness).await?.ok_or_else(unreachable)
    }
}
