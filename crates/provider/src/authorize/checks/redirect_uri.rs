//! Where the answer goes: compared exactly; for native apps on a loopback address with any port (RFC 8252
//! section 7.3).

use protocol::error::ErrorCode;

use super::{super::Draft, REDIRECT_URI_FOREIGN, REDIRECT_URI_MISSING};
use crate::{refusal::Refusal, registry::Client};

/// The redirect URI is one of the client's.
pub(in super::super) fn registered(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let client = draft.client()?;
    let redirect_uri = match draft.sent.redirect_uri.as_deref() {
        Some(presented) if client.metadata.allows_redirect_uri(presented) => presented.to_owned(),
        Some(_) => {
            let description = "The redirect_uri is not registered for this client";
            return Err(Refusal::new(ErrorCode::InvalidRequest, description, REDIRECT_URI_FOREIGN));
        }
        None => only_one(client, is_openid(draft, client))?,
    };
    draft.redirect_uri = Some(redirect_uri);
    Ok(())
}

/// It may be left out where there is only one to choose from (RFC 6749 section 3.1.2.3), but not by OpenID
/// Connect requests (Core section 3.1.2.1).
fn only_one(client: &Client, openid: bool) -> Result<String, Refusal> {
    match client.metadata.redirect_uris.as_slice() {
        [only] if !openid => Ok(only.clone()),
        _ => Err(Refusal::new(ErrorCode::InvalidRequest, "redirect_uri is missing", REDIRECT_URI_MISSING)),
    }
}

fn is_openid(draft: &Draft<'_>, client: &Client) -> bool {
    match draft.sent.scope.as_deref() {
        Some(scope) => scope.split(' ').any(|token| token == "openid"),
        None => client.scope.contains("openid"),
    }
}
