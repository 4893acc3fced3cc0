//! Short-lived rows leave in small batches, so that tables stay bounded and nobody waits for a big deletion.

use time::{Duration, OffsetDateTime};

use crate::{Database, StorageError, assertion_jti, authorization_codes, grants, outbox, refresh_families, sessions};

/// What is swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swept {
    /// Authorization codes; spent ones stay for a day after they expired, so that a replay is recognized until then.
    Codes,
    /// Browsers' halves of sessions.
    BrowserSessions,
    /// Sessions: a day after they expired.
    Sessions,
    /// Families of refresh tokens.
    RefreshFamilies,
    /// Grants with everything that hangs on them.
    Grants,
    /// Used client assertions.
    Assertions,
    /// Withdrawals that no token can depend on any more.
    Revocations,
    /// Deliveries that were given up a month ago.
    Deliveries,
}

impl Swept {
    /// Everything, in the order in which it is swept.
    pub const ALL: [Self; 8] = [
        Self::Codes,
        Self::BrowserSessions,
        Self::Sessions,
        Self::RefreshFamilies,
        Self::Grants,
        Self::Assertions,
        Self::Revocations,
        Self::Deliveries,
    ];

    /// Its name, for metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Codes => "authorization_code",
            Self::BrowserSessions => "browser_session",
            Self::Sessions => "auth_session",
            Self::RefreshFamilies => "refresh_family",
            Self::Grants => "grants",
            Self::Assertions => "assertion_jti",
            Self::Revocations => "revocation",
            Self::Deliveries => "outbox",
        }
    }
}

/// Deletes about `limit` rows that ended before `now`. Returns how many.
///
/// # Errors
/// `StorageError`.
pub async fn batch(database: &Database, what: Swept, now: OffsetDateTime, limit: i64) -> Result<u64, StorageError> {
    let day_ago = now - Duration::DAY;
    match what {
        Swept::Codes => authorization_codes::sweep(database, now, day_ago, limit).await,
        Swept::BrowserSessions => browser_sessions(database, now, limit).await,
        Swept::Sessions => sessions::sweep(database, day_ago, limit).await,
        Swept::RefreshFamilies => refresh_families::sweep(database, now, limit).await,
        Swept::Grants => grants::sweep(database, day_ago, limit).await,
        Swept::Assertions => assertion_jti::sweep(database, now, limit).await,
        Swept::Revocations => revocations(database, now, limit).await,
        Swept::Deliveries => outbox::sweep(database, now - Duration::days(30), limit).await,
    }
}

async fn browser_sessions(database: &Database, now: OffsetDateTime, limit: i64) -> Result<u64, StorageError> {
    let gone = sqlx::query!(
        "delete from browser_session where id_hash in
             (select id_hash from browser_session where expires_at < $1 limit $2 for update skip locked)",
        now,
        limit
    )
    .execute(database.pool())
    .await?;
    Ok(gone.rows_affected())
}

async fn revocations(database: &Database, now: OffsetDateTime, limit: i64) -> Result<u64, StorageError> {
    let gone = sqlx::query!(
        "delete from revocation where id in
             (select id from revocation where expires_at < $1 limit $2 for update skip locked)",
        now,
        limit
    )
    .execute(database.pool())
    .await?;
    Ok(gone.rows_affected())
}
