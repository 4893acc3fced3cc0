//! `client_secret_basic` and `client_secret_post` (RFC 6749 section 2.3.1).
//!
//! Secrets have 256 random bits, or 32 characters at least, and are kept as an HMAC under a key from outside: a slow
//! hash would add nothing but its cost.

use std::sync::Arc;

use protocol::client_metadata::AuthMethod;
use storage::id::ClientKey;
use uuid::Uuid;

use super::refused;
use crate::{
    Context,
    clients::secret_matches,
    refusal::Refusal,
    registry::{Client, is_live},
};

/// Checks a secret. Several may be live, so that they can be rotated.
///
/// A failure reads the client from the database, known or not: a secret that was made a moment ago counts at once, and
/// the time tells nobody which clients exist.
pub(super) async fn authenticate(
    context: &Context,
    client_id: &str,
    method: AuthMethod,
    secret: &str,
) -> Result<Arc<Client>, Refusal> {
    let remembered = context.remembered_client(client_id).await?;
    if let Some(client) = remembered
        && fits(context, &client, method, secret)
    {
        return Ok(client);
    }
    match context.reread_client(client_id).await? {
        Some(client) if fits(context, &client, method, secret) => Ok(client),
        Some(client) if client.metadata.token_endpoint_auth_method != method => Err(refused("client_auth_method")),
        Some(_) => Err(refused("client_secret_wrong")),
        None => {
            // The same work as for a client that exists.
            let nobody = (context.sealing.active_id(), [0; 32].as_slice());
            let _ = secret_matches(&context.sealing, ClientKey(Uuid::nil()), secret, nobody);
            Err(refused("client_unknown"))
        }
    }
}

fn fits(context: &Context, client: &Client, method: AuthMethod, secret: &str) -> bool {
    // Every secret is tried, whichever fits, and also where the method is not the registered one.
    let mut found = false;
    for row in client.secrets.iter().filter(|row| is_live(row, context.now)) {
        let stored = (row.sealing_key_id, row.digest.as_slice());
        found |= secret_matches(&context.sealing, client.key, secret, stored).unwrap_or(false);
    }
    found && client.metadata.token_endpoint_auth_method == method
}
