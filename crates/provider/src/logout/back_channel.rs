//! OpenID Connect Back-Channel Logout 1.0: apps are told that a session has ended.
//!
//! What is to be told was written in the transaction that ended the session. It is delivered afterwards, by
//! whichever instance takes it, a bounded number of times; nobody waits for it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, stream};
use protocol::{
    claims::LogoutTokenClaims,
    logout::{LOGOUT_TOKEN_PARAMETER, LOGOUT_TOKEN_TYP},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use storage::{
    id::{ClientKey, RequestId, SessionId, UserId},
    outbox::{self, Delivery},
};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tracing::{debug, info, warn};
use url::Url;
use uuid::Uuid;

use crate::{Context, Provider, RequestInfo, refusal::Refusal, registry::Client, subject};

/// What these deliveries are called in the outbox.
pub(crate) const KIND: &str = "back_channel_logout";
/// How long a logout token is good for: two minutes at most (section 2.4).
const TOKEN_LIFETIME: Duration = Duration::from_secs(120);
/// How long to wait after each attempt that failed. After the last one it is given up.
const BACKOFF: [Duration; 6] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(6 * 60 * 60),
];
/// For how long an instance has what it took for itself. Longer than the attempts of a batch can last.
const LEASE: Duration = Duration::from_secs(60);
/// How many are taken at once.
const BATCH: usize = 32;
/// How many are on their way at the same time.
const PARALLEL: usize = 8;

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

/// Who delivers in this instance: one at a time, however many sessions end.
#[derive(Debug, Default)]
pub struct Courier {
    at_work: Arc<Mutex<()>>,
    called: AtomicBool,
}

impl Courier {
    /// Calls for one more round, and takes it over unless somebody is at work, who will make it.
    fn call(&self) -> Option<OwnedMutexGuard<()>> {
        self.called.store(true, Ordering::SeqCst);
        Arc::clone(&self.at_work).try_lock_owned().ok()
    }
}

/// Delivers what is due, now and in the background.
pub(crate) fn deliver_soon(context: &Context) {
    let Some(at_work) = context.courier.call() else { return };
    let provider = Arc::clone(context.provider());
    tokio::spawn(async move {
        if let Err(refusal) = work(&provider, at_work).await {
            warn!(?refusal, "logout tokens could not be delivered; they stay in the outbox");
        }
    });
}

/// Delivers every notice that is due, unless that is being done. Any number of instances may do so at once.
///
/// # Errors
/// `Refusal::Unavailable` when the outbox cannot be read.
pub async fn deliver_due(context: &Context) -> Result<(), Refusal> {
    match context.courier.call() {
        Some(at_work) => work(context.provider(), at_work).await,
        None => Ok(()),
    }
}

async fn work(provider: &Arc<Provider>, at_work: OwnedMutexGuard<()>) -> Result<(), Refusal> {
    let mut at_work = Some(at_work);
    while at_work.is_some() {
        while provider.courier.called.swap(false, Ordering::SeqCst) {
            while deliver_batch(provider).await? == BATCH {}
        }
        // Who calls between the last look and this moment finds somebody at work: look once more.
        drop(at_work.take());
        if provider.courier.called.load(Ordering::SeqCst) {
            at_work = provider.courier.call();
        }
    }
    Ok(())
}

/// One batch, with a clock of its own: a lease counts from when it is taken. Returns how many were attempted.
async fn deliver_batch(provider: &Arc<Provider>) -> Result<usize, Refusal> {
    let context = provider.begin(RequestInfo { id: RequestId::new(), address: None, user_agent: None, browser: None });
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let due = outbox::claim(&context.database, KIND, context.now, context.now + LEASE, limit).await?;
    let taken = due.len();
    stream::iter(due).for_each_concurrent(PARALLEL, |delivery| attempt(&context, delivery)).await;
    Ok(taken)
}

/// One attempt, and what follows from it.
async fn attempt(context: &Context, delivery: Delivery) {
    let outcome = match deliver(context, &delivery).await {
        Ok(()) => outbox::done(&context.database, delivery.id).await,
        Err(reason) => postpone(context, &delivery, &reason).await,
    };
    if let Err(error) = outcome {
        // Its lease runs out, and it is attempted once more.
        warn!(%error, delivery = %delivery.id, "the outcome of a delivery could not be noted");
    }
}

async fn deliver(context: &Context, delivery: &Delivery) -> Result<(), String> {
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

/// After a failure: later again, or never.
async fn postpone(context: &Context, delivery: &Delivery, reason: &str) -> Result<(), storage::StorageError> {
    let attempts = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
    let wait = attempts.checked_sub(1).and_then(|failed| BACKOFF.get(failed));
    match wait {
        Some(wait) => {
            info!(delivery = %delivery.id, attempts, reason, "a logout token was not delivered; later again");
            outbox::retry(&context.database, delivery.id, delivery.attempts, context.now + *wait).await
        }
        None => {
            warn!(delivery = %delivery.id, attempts, reason, "a logout token was not delivered; given up");
            outbox::give_up(&context.database, delivery.id, context.now).await
        }
    }
}
