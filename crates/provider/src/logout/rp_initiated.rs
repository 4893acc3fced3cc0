//! OpenID Connect RP-Initiated Logout 1.0: an app sends its user here to sign out, and wants them back.

use std::sync::Arc;

use protocol::{authorization::append_query, claims::IdTokenClaims, error::ErrorCode, logout::LogoutRequest};
use serde::{Deserialize, Serialize};
use storage::id::SessionId;
use time::OffsetDateTime;

use crate::{
    Context,
    browser_state::{self, Errand, Opened},
    id_token_hint,
    refusal::Refusal,
    registry::Client,
};

/// A request that may be followed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Who asks, where that is known.
    pub client: Option<Arc<Client>>,
    /// Where the person goes on: registered, `state` included.
    pub continue_to: Option<String>,
    /// The session that an ID token named. If it is the one of this browser, nothing needs to be confirmed.
    pub proven: Option<SessionId>,
}

/// A sign-out that awaits its confirmation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The session of the person who is asked.
    #[serde(rename = "s")]
    pub session: SessionId,
    /// Who asks.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Where the person goes on; judged when this was sealed.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub continue_to: Option<String>,
    /// The languages that the app asked for.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
}

impl Pending {
    /// Seals it for a browser.
    ///
    /// # Errors
    /// `Refusal::Internal`.
    pub fn seal(&self, context: &Context, browser: &[u8], started_at: OffsetDateTime) -> Result<String, Refusal> {
        browser_state::seal(context, Errand::SignOut, browser, started_at, self)
    }

    /// Opens what `seal` made; `None` when it is anything else.
    #[must_use]
    pub fn open(context: &Context, browser: &[u8], text: &str) -> Option<Opened<Self>> {
        browser_state::open(context, Errand::SignOut, browser, text)
    }
}

/// Judges a request. Nothing is ended yet.
///
/// # Errors
/// `invalid_request` for a hint that is not ours, a client that does not fit it or is unknown, and an address that
/// is not registered or whose client is not known. All of it is told on a page: nobody is sent anywhere.
pub async fn judge(context: &Context, request: &LogoutRequest) -> Result<Plan, Refusal> {
    let hint = request.id_token_hint.as_deref().map(|hint| id_token_hint::verify(context, hint)).transpose()?;
    let client = client(context, request, hint.as_ref()).await?;
    let continue_to = match &request.post_logout_redirect_uri {
        None => None,
        Some(uri) => Some(registered(client.as_deref(), uri, request.state.as_deref())?),
    };
    let sid = hint.and_then(|claims| claims.sid);
    Ok(Plan { client, continue_to, proven: sid.and_then(|sid| sid.parse().ok()) })
}

async fn client(
    context: &Context,
    request: &LogoutRequest,
    hint: Option<&IdTokenClaims>,
) -> Result<Option<Arc<Client>>, Refusal> {
    let client_id = match (&request.client_id, hint) {
        (Some(client_id), Some(hint)) if !hint.aud.contains(client_id) => {
            let description = "The id_token_hint was issued to another client";
            return Err(Refusal::new(ErrorCode::InvalidRequest, description, "logout_client_mismatch"));
        }
        (Some(client_id), _) => client_id,
        (None, Some(hint)) => match hint.aud.single() {
            Some(client_id) => return context.client(client_id).await,
            None => return Ok(None),
        },
        (None, None) => return Ok(None),
    };
    match context.client(client_id).await? {
        Some(client) => Ok(Some(client)),
        None => {
            let description = "The client is not registered";
            Err(Refusal::new(ErrorCode::InvalidRequest, description, "logout_client_unknown"))
        }
    }
}

fn registered(client: Option<&Client>, uri: &str, state: Option<&str>) -> Result<String, Refusal> {
    let client = client.ok_or_else(|| {
        let description = "post_logout_redirect_uri needs an id_token_hint or a client_id";
        Refusal::new(ErrorCode::InvalidRequest, description, "logout_client_missing")
    })?;
    continuation(&client.metadata.post_logout_redirect_uris, uri, state)
}

/// A registered address, with the `state` that goes back.
fn continuation(registered: &[String], uri: &str, state: Option<&str>) -> Result<String, Refusal> {
    if !registered.iter().any(|registered| registered == uri) {
        let description = "The post_logout_redirect_uri is not registered for this client";
        return Err(Refusal::new(ErrorCode::InvalidRequest, description, "logout_redirect_uri_foreign"));
    }
    Ok(append_query(uri, state.map(|state| ("state", state))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_registered_addresses_are_gone_on_to() {
        let registered = ["https://shop.test/".to_owned(), "https://shop.test/out?x=1".to_owned()];
        let to = |uri, state| continuation(&registered, uri, state).ok();
        assert_eq!(to("https://shop.test/", None).as_deref(), Some("https://shop.test/"));
        assert_eq!(to("https://shop.test/", Some("a&b")).as_deref(), Some("https://shop.test/?state=a%26b"));
        assert_eq!(to("https://shop.test/out?x=1", Some("s")).as_deref(), Some("https://shop.test/out?x=1&state=s"));
        for foreign in ["https://shop.test", "https://shop.test/out", "https://evil.test/", "https://shop.test/#x", ""]
        {
            assert_eq!(to(foreign, None), None, "{foreign}");
        }
    }
}
