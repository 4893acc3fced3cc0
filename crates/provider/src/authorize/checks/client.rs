//! Who asks.

use futures_util::{FutureExt, future::BoxFuture};
use protocol::{error::ErrorCode, token::grant_type};

use super::{super::Draft, CLIENT_UNKNOWN};
use crate::refusal::Refusal;

/// The client is registered and enabled.
pub(in super::super) fn known<'a>(draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<(), Refusal>> {
    async {
        let Some(client_id) = draft.sent.client_id.as_deref() else {
            return Err(Refusal::new(ErrorCode::InvalidRequest, "client_id is missing", "client_id_missing"));
        };
        let Some(client) = draft.context.client(client_id).await? else {
            // RFC 6749 names no code for this: the answer is a page, and the code is for its small print.
            return Err(Refusal::new(ErrorCode::InvalidClient, "The client is not registered", CLIENT_UNKNOWN));
        };
        draft.client = Some(client);
        Ok(())
    }
    .boxed()
}

/// The client is registered for authorization codes.
pub(in super::super) fn may_ask_for_codes(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.client()?.metadata.has_grant(grant_type::AUTHORIZATION_CODE) {
        return Ok(());
    }
    let description = "The client is not registered for authorization codes";
    Err(Refusal::new(ErrorCode::UnauthorizedClient, description, "grant_not_registered"))
}
