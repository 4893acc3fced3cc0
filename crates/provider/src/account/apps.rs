//! The apps that a person has let in.

use std::sync::Arc;

use protocol::scope::ScopePairs;
use serde_json::json;
use storage::{account, id::ClientKey, journal};
use time::OffsetDateTime;

use crate::{
    Context,
    mail::{self, Notice},
    refusal::Refusal,
    registry::Client,
    sessions::SignedIn,
};

/// An app with what it may do.
#[derive(Clone, Debug)]
pub struct App {
    /// The client.
    pub client: Arc<Client>,
    /// What it may do.
    pub pairs: ScopePairs,
    /// Since when.
    pub since: OffsetDateTime,
    /// When it last got something.
    pub last_used: Option<OffsetDateTime>,
}

/// The apps that a person has let in. Those used last first.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn list(context: &Context, session: &SignedIn) -> Result<Vec<App>, Refusal> {
    let mut apps = Vec::new();
    for row in account::apps(&context.database, session.user_id, context.now).await? {
        // Of a client that was deleted nothing lives any more.
        if let Some(client) = context.client_by_key(row.client_key).await? {
            apps.push(App { client, pairs: row.pairs, since: row.since, last_used: row.last_used });
        }
    }
    Ok(apps)
}

/// Takes everything from an app: what it was allowed, and every token. `false` when it had nothing.
///
/// # Errors
/// `Refusal::Unavailable`: it keeps what it has.
pub async fn withdraw(context: &Context, session: &SignedIn, app: ClientKey) -> Result<bool, Refusal> {
    let client = context.client_by_key(app).await?;
    let mut tx = context.database.begin().await?;
    let withdrawal = context.withdrawal("consent_withdrawn");
    let withdrawn = account::withdraw(&mut tx, session.user_id, app, withdrawal).await?;
    if withdrawn.consents == 0 && withdrawn.grants == 0 {
        return Ok(false);
    }
    let event = ("consent.withdrawn", "ok");
    let mut entry = context.entry_of(event, (session.user_id, session.trail_key.as_deref()))?;
    entry.session_id = Some(session.session_id.uuid());
    entry.client_id = client.as_ref().map(|client| client.client_id.clone());
    entry.detail = Some(json!({ "consents": withdrawn.consents, "grants": withdrawn.grants }));
    journal::append(&mut tx, &entry).await?;
    if let Some(client) = client {
        let app = client.metadata.client_name.clone().unwrap_or_else(|| client.client_id.clone());
        let language = context.request.language;
        mail::notify(context, &mut tx, session.user_id, language, Notice::AppWithdrawn { app }).await?;
    }
    tx.commit().await?;
    context.pulse.wake();
    mail::deliver_soon(context);
    Ok(true)
}
