//! Who acts: the actor token, which can only ever name the client that presents it.

use protocol::token_exchange::{PresentedToken, TokenType};
use uuid::Uuid;

use super::invalid_request;
use crate::{Context, refusal::Refusal, registry::Client, tokens::access};

/// An actor token that counts and names the client.
pub(super) struct ActorToken {
    /// Its `jti`.
    pub(super) jti: Uuid,
    /// When it expires, in seconds since 1970: what comes of it ends then too.
    pub(super) expires_at: i64,
    /// Every id whose withdrawal ends it.
    pub(super) roots: Vec<Uuid>,
}

/// Reads the actor token.
///
/// # Errors
/// `invalid_request` when it is not an access token of ours that counts, or names anyone but the client itself.
pub(super) async fn read(
    context: &Context,
    client: &Client,
    presented: &PresentedToken,
) -> Result<ActorToken, Refusal> {
    let refused = |reason| invalid_request("The actor_token is not valid, or does not name this client", reason);
    if presented.token_type != TokenType::AccessToken {
        return Err(invalid_request("The actor_token_type is not supported", "actor_token_type"));
    }
    let claims = access::live(context, &presented.token).await?.map_err(|fault| refused(fault.reason()))?;
    // Its own token, made in its own name: somebody else's delegation to it is not itself.
    if claims.sub != client.client_id || claims.client_id != client.client_id || claims.act.is_some() {
        return Err(refused("actor_token_foreign"));
    }
    Ok(ActorToken { jti: claims.jti, expires_at: claims.exp, roots: access::roots(&claims) })
}
