//! Where a person is signed in.

use messages::Locale;
use storage::{account, id::SessionId};
use time::OffsetDateTime;

use super::device::Device;
use crate::{
    Context,
    logout::{self, Ended, Ending},
    refusal::Refusal,
    sessions::SignedIn,
};

/// How many are shown.
const MOST: i64 = 200;

/// A live session, as its person sees it.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Browser and system.
    pub device: Device,
    /// The address.
    pub address: Option<String>,
    /// Where that is, where it is known.
    pub place: Option<String>,
    /// Since when.
    pub created_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub last_seen_at: OffsetDateTime,
    /// Whether it is the one that looks.
    pub is_this: bool,
}

/// A person's live sessions: the one that looks first, then those used last.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn list(context: &Context, session: &SignedIn, locale: Locale) -> Result<Vec<Session>, Refusal> {
    let rows = account::sessions(&context.database, session.user_id, context.now, MOST).await?;
    let mut sessions: Vec<Session> = rows
        .into_iter()
        .map(|row| Session {
            id: row.id,
            device: Device::of(row.user_agent.as_deref()),
            place: row.address.and_then(|address| context.places.name(address, locale)),
            address: row.address.map(|address| address.to_string()),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            is_this: row.id == session.session_id,
        })
        .collect();
    sessions.sort_by_key(|session| !session.is_this);
    Ok(sessions)
}

/// Ends one of a person's other sessions. `false` when there is no such session of theirs that is live.
///
/// # Errors
/// `Refusal::Unavailable`: it goes on.
pub async fn end(context: &Context, session: &SignedIn, which: SessionId) -> Result<bool, Refusal> {
    let mut tx = context.database.begin().await?;
    if which == session.session_id || !account::owns_session(&mut tx, session.user_id, which).await? {
        return Ok(false);
    }
    let ended = logout::end_session(context, &mut tx, which, Ending::FromElsewhere).await?;
    tx.commit().await?;
    logout::follow_up(context, ended);
    Ok(ended != Ended::Before)
}

/// Ends all of a person's sessions but this one. Returns how many.
///
/// # Errors
/// `Refusal::Unavailable`: they go on.
pub async fn end_others(context: &Context, session: &SignedIn) -> Result<usize, Refusal> {
    let mut tx = context.database.begin().await?;
    let mut all = Ended::Before;
    let others = account::other_sessions(&mut tx, session.user_id, session.session_id).await?;
    for other in &others {
        let ended = logout::end_session(context, &mut tx, *other, Ending::FromElsewhere).await?;
        if all != Ended::WithDeliveries && ended != Ended::Before {
            all = ended;
        }
    }
    tx.commit().await?;
    logout::follow_up(context, all);
    Ok(others.len())
}
