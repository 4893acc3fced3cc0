//! Token exchange (RFC 8693), sentence by sentence.

mod descendants;
mod refused;
mod targets;
mod who;

use crate::harness::{ACCESS_TOKEN, Client, TOKEN_EXCHANGE, World, flow::Tokens, http::Call};

/// An exchange of an access token with nothing else said.
pub fn exchange(world: &World, client: &Client, subject: &str) -> Call {
    world.token_call(
        client,
        &[("grant_type", TOKEN_EXCHANGE), ("subject_token", subject), ("subject_token_type", ACCESS_TOKEN)],
    )
}

/// Ada's token at the shop, for both APIs, `read write` here and `read list` there.
pub async fn adas_token(world: &World) -> Tokens {
    adas_token_with(world, "openid offline_access read write list").await
}

/// Ada's token at the shop, for both APIs.
pub async fn adas_token_with(world: &World, scope: &str) -> Tokens {
    let (shop, ada) = (world.client("shop"), world.person("ada"));
    let flow =
        world.flow(&shop).scope(scope).and("resource", crate::harness::API).and("resource", crate::harness::FILES);
    flow.tokens_of(&ada).await
}
