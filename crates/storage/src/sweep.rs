//! Short-lived rows leave in small batches, so that tables stay bounded and nobody waits for a big deletion.

use time::{Duration, OffsetDateTime};

use crate::{Database, StorageError, outbox, sessions};

/// What is swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swept {
    /// Authorization codes that were never spent, with their grants. Their rows say that a request was answered, so
    /// the caller keeps them for as long as the request's sealed state is accepted.
    UnspentCodes,
    /// Spent ones, a day later: a replay is recognized until then.
    SpentCodes,
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
    /// Guesses that are forgotten.
    Guesses,
}

impl Swept {
    /// Everything, in the order in which it is swept.
    pub const ALL: [Self; 10] = [
        Self::UnspentCodes,
        Self::SpentCodes,
        Self::BrowserSessions,
        Self::Sessions,
        Self::RefreshFamilies,
        Self::Grants,
        Self::Assertions,
        Self::Revocations,
        Self::Deliveries,
        Self::Guesses,
    ];

    /// Its name, for metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnspentCodes => "unspent authorization_code",
            Self::SpentCodes => "authorization_code",
            Self::BrowserSessions => "browser_session",
            Self::Sessions => "auth_session",
            Self::RefreshFamilies => "refresh_family",
            Self::Grants => "grants",
            Self::Assertions => "assertion_jti",
            Self::Revocations => "revocation",
            Self::Deliveries => "outbox",
            Self::Guesses => "guess",
        }
    }
}

/// Deletes about `limit` rows that ended before `now`. Returns how many. Rows that somebody holds are left for the
/// next time.
///
/// # Errors
/// `StorageError`.
pub async fn batch(database: &Database, what: Swept, now: OffsetDateTime, limit: i64) -> Result<u64, StorageError> {
    let day_ago = now - Duration::DAY;
    let query = match what {
        Swept::Sessions => return sessions::sweep(database, day_ago, limit).await,
        Swept::Deliveries => return outbox::sweep(database, now - Duration::days(30), limit).await,
        // A code that was never spent takes its grant along.
        Swept::UnspentCodes => sqlx::query!(
            "delete from grants where id in
                 (select grant_id from authorization_code where expires_at < $1 and spent_at is null limit $2
                  for update skip locked)",
            now,
            limit
        ),
        Swept::SpentCodes => sqlx::query!(
            "delete from authorization_code where code_hash in
                 (select code_hash from authorization_code where expires_at < $1 limit $2 for update skip locked)",
            day_ago,
            limit
        ),
        Swept::BrowserSessions => sqlx::query!(
            "delete from browser_session where id_hash in
                 (select id_hash from browser_session where expires_at < $1 limit $2 for update skip locked)",
            now,
            limit
        ),
        Swept::RefreshFamilies => sqlx::query!(
            "delete from refresh_family where id in
                 (select id from refresh_family where expires_at < $1 limit $2 for update skip locked)",
            now,
            limit
        ),
        Swept::Grants => sqlx::query!(
            "delete from grants where id in
                 (select id from grants where expires_at < $1 limit $2 for update skip locked)",
            day_ago,
            limit
        ),
        Swept::Assertions => sqlx::query!(
            "delete from assertion_jti where (client_key, jti_hash) in
                 (select client_key, jti_hash from assertion_jti where expires_at < $1 limit $2
                  for update skip locked)",
            now,
            limit
        ),
        Swept::Revocations => sqlx::query!(
            "delete from revocation where id in
                 (select id from revocation where expires_at < $1 limit $2 for update skip locked)",
            now,
            limit
        ),
        Swept::Guesses => sqlx::query!(
            "delete from guess where key in
                 (select key from guess where expires_at < $1 limit $2 for update skip locked)",
            now,
            limit
        ),
    };
    Ok(query.execute(database.patient_pool()).await?.rows_affected())
}
