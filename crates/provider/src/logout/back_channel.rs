//! OpenID Connect Back-Channel Logout 1.0: apps are told that a session has ended.
//!
//! What is to be told was written in the transaction that ended the session; `delivery` delivers it.

use std::{sync::Arc, time::Duration};

use protocol::{
    claims::LogoutTokenClaims,
    logout::{LOGOUT_TOKEN_PARAMETER, LOGOUT_TOKEN_TYP},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use storage::{
    id::{ClientKey, SessionId, UserId},
    outbox::Delivery,
};
use tracing::debug;
use url::Url;
use uuid::Uuid;

use crate::{Context, refusal::Refusal, registry::Client, subject};

/// How long a logout token is good for: two minutes at most (section 2.4).
const TOKEN_LIFETIME: Duration = Duration::from_secs(120);

/// Which app is to be told of the end of which session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Notice {
    client: ClientKey,
    user: UserId,
    session: SessionId,
}

/// A notice as the outbox keeps it.
pub(crate) fn notice(client: ClientKey, user: UserId, session: SessionId) -> Result<Value, Refusal> {
    serde_json::to_value(Notice { client, user, session })
        .map_err(|error| Refusal::internal(format!("a notice has no JSON form: {error}")))
}

/// Tells an app, once.
pub(crate) async fn deliver(context: &Context, delivery: &Delivery) -> Result<(), String> {
    let notice: Notice = serde_json::from_value(delivery.payload.clone()).map_err(|error| error.to_string())?;
    let client = context.client_by_key(notice.client).await.map_err(|refusal| refusal.reason().to_owned())?;
    let Some((client, uri)) = client.and_then(with_uri) else {
        debug!(delivery = %delivery.id, "the client is gone, or does not want to be told any more");
        return Ok(());
    };
    let url = Url::parse(&uri).map_err(|error| error.to_string())?;
    let token = logout_token(context, &client, &notice).await.map_err(|refusal| format!("{refusal:?}"))?;
    let answer = context
        .outbound
        .post_form(&url, &[(LOGOUT_TOKEN_PARAMETER, &token)])
        .await
        .map_err(|error| error.to_string())?;
    metrics::counter!("chancery_back_channel_logouts_total", "status" => answer.status.to_string()).increment(1);
    if answer.is_success() {
        debug!(client_id = %client.client_id, session = %notice.session, "told of the end of a session");
        Ok(())
    } else {
        Err(format!("answered with status {}", answer.status))
    }
}

fn with_uri(client: Arc<Client>) -> Option<(Arc<Client>, String)> {
    let uri = client.metadata.backchannel_logout_uri.clone()?;
    Some((client, uri))
}

/// The logout token (section 2.4), signed as the client's ID tokens are. A new one for each attempt, since it is
/// short-lived and its `jti` must not be seen twice.
async fn logout_token(context: &Context, client: &Client, notice: &Notice) -> Result<String, Refusal> {
    let issued_at = time::OffsetDateTime::now_utc();
    let claims = LogoutTokenClaims {
        iss: context.settings.issuer.as_str().to_owned(),
        sub: Some(subject::of(context, client, notice.user)),
        aud: client.client_id.as_str().into(),
        iat: issued_at.unix_timestamp(),
        exp: (issued_at + TOKEN_LIFETIME).unix_timestamp(),
        jti: Uuid::now_v7(),
        sid: Some(notice.session.to_string()),
        events: LogoutTokenClaims::logout_events(),
    };
    let algorithm = client
        .metadata
        .id_token_signed_response_alg
        .parse()
        .map_err(|_| Refusal::internal(format!("client {}: unknown algorithm", client.client_id)))?;
    let key = context.keys.signing(algorithm, issued_at)?;
    key.sign_jwt(LOGOUT_TOKEN_TYP, &claims)
        .await
        .map_err(|error| Refusal::internal(format!("a logout token cannot be signed: {error}")))
}
