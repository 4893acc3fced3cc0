//! Short-lived rows leave in small batches, so that tables stay bounded and nobody waits for a big deletion.

use time::{Duration, OffsetDateTime};

use crate::{Database, StorageError, outbox, sessions};

/// What is swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swept {
    /// Authorization codes that were never spent, with their grants. Their rows say that a request was answered, so
    /// the caller keeps them for as long as the request's sealed state is accepted.
    UnspentCodes,
    /// Spent ones, a day later: a replay is recognized until then. With them go those that `UnspentCodes` missed.
    SpentCodes,
    /// Browsers' halves of sessions.
    BrowserSessions,
    /// Families of refresh tokens.
    RefreshFamilies,
    /// Grants: a day after they expired.
    Grants,
    /// Sessions: a day after they expired, and after the grants that depend on them.
    Sessions,
    /// Used client assertions.
    Assertions,
    /// Withdrawals that no token can depend on any more.
    Revocations,
    /// Deliveries that were written a month ago: given up long since, or never taken.
    Deliveries,
    /// Links and codes that were sent to somebody: a day after they expired, so that until then people are told so.
    OneTime,
    /// What is spent by a unique key.
    Spent,
    /// Guesses that are forgotten.
    Guesses,
    /// Answers that nobody asks for once more.
    IdempotentRequests,
}

impl Swept {
    /// Everything, in the order in which it is swept.
    pub const ALL: [Self; 13] = [
        Self::UnspentCodes,
        Self::SpentCodes,
        Self::BrowserSessions,
        Self::RefreshFamilies,
        Self::Grants,
        Self::Sessions,
        Self::Assertions,
        Self::Revocations,
        Self::Deliveries,
        Self::OneTime,
        Self::Spent,
        Self::Guesses,
        Self::IdempotentRequests,
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
            Self::OneTime => "one_time",
            Self::Spent => "spent",
            Self::Guesses => "guess",
            Self::IdempotentRequests => "idempotent_request",
        }
    }
}

/// For how long codes that were never spent are looked for one by one. It spans a few sweeps; what they all missed goes
/// with the spent ones.
pub const RECENT: Duration = Duration::minutes(15);

/// Rows of one statement. Here for the caller: in the statements it is a literal, since a plan for a number that is not
/// known would expect a tenth of the table.
pub const BATCH: u64 = 1000;

/// Deletes up to `BATCH` rows that ended before `now`, the oldest first. Returns how many. Rows that somebody holds are
/// left for the next time.
///
/// # Errors
/// `StorageError`.
pub async fn batch(database: &Database, what: Swept, now: OffsetDateTime) -> Result<u64, StorageError> {
    let day_ago = now - Duration::DAY;
    // In the order of an index, and then straight to the rows: joining the two would read the whole table each time.
    let query = match what {
        Swept::Sessions => return sessions::sweep(database, day_ago).await,
        Swept::Deliveries => return outbox::sweep(database, now - Duration::days(30)).await,
        Swept::UnspentCodes => return Ok(unspent_codes(database, now - RECENT, now).await?.0),
        // What was never spent and is still here takes its grant along.
        Swept::SpentCodes => sqlx::query!(
            "with old as materialized (
                 select ctid as place, grant_id, spent_at from authorization_code where expires_at < $1
                 order by expires_at limit 1000 for update skip locked),
             ungranted as (
                 delete from grants where ctid = any(array(
                     select ctid from grants
                     where id = any(array(select grant_id from old where spent_at is null)) for update skip locked)))
             delete from authorization_code where ctid = any(array(select place from old))",
            day_ago
        ),
        Swept::BrowserSessions => sqlx::query!(
            "delete from browser_session where ctid = any(array(
                 select ctid from browser_session where expires_at < $1 order by expires_at limit 1000
                 for update skip locked))",
            now
        ),
        Swept::RefreshFamilies => sqlx::query!(
            "delete from refresh_family where ctid = any(array(
                 select ctid from refresh_family where expires_at < $1 order by expires_at limit 1000
                 for update skip locked))",
            now
        ),
        Swept::Grants => sqlx::query!(
            "delete from grants where ctid = any(array(
                 select ctid from grants where expires_at < $1 order by expires_at limit 1000 for update skip locked))",
            day_ago
        ),
        Swept::Assertions => sqlx::query!(
            "delete from assertion_jti where ctid = any(array(
                 select ctid from assertion_jti where expires_at < $1 order by expires_at limit 1000
                 for update skip locked))",
            now
        ),
        Swept::Revocations => sqlx::query!(
            "delete from revocation where ctid = any(array(
                 select ctid from revocation where expires_at < $1 order by expires_at limit 1000
                 for update skip locked))",
            now
        ),
        Swept::OneTime => sqlx::query!(
            "delete from one_time where ctid = any(array(
                 select ctid from one_time where expires_at < $1 order by expires_at limit 1000
                 for update skip locked))",
            day_ago
        ),
        Swept::Spent => sqlx::query!(
            "delete from spent where ctid = any(array(
                 select ctid from spent where expires_at < $1 order by expires_at limit 1000 for update skip locked))",
            now
        ),
        Swept::IdempotentRequests => sqlx::query!(
            "delete from idempotent_request where ctid = any(array(
                 select ctid from idempotent_request where expires_at < $1 order by expires_at limit 1000
                 for update skip locked))",
            now
        ),
        Swept::Guesses => sqlx::query!(
            "delete from guess where ctid = any(array(
                 select ctid from guess where expires_at < $1 order by expires_at limit 1000 for update skip locked))",
            now
        ),
    };
    Ok(query.execute(database.patient_pool()).await?.rows_affected())
}

/// Deletes up to `BATCH` codes that were never spent and expired between these two moments, with their grants. Returns
/// how many, and the moment to go on from: among the spent ones, which stay for longer, no index finds them.
///
/// # Errors
/// `StorageError`.
pub async fn unspent_codes(
    database: &Database,
    from: OffsetDateTime,
    before: OffsetDateTime,
) -> Result<(u64, Option<OffsetDateTime>), StorageError> {
    let gone = sqlx::query!(
        r#"with old as materialized (
               select ctid as place, grant_id, expires_at from authorization_code
               where expires_at >= $1 and expires_at < $2 and spent_at is null
               order by expires_at limit 1000 for update skip locked),
           ungranted as (
               delete from grants where ctid = any(array(
                   select ctid from grants where id = any(array(select grant_id from old)) for update skip locked))),
           gone as (delete from authorization_code where ctid = any(array(select place from old)))
           select count(*) as "count!", max(expires_at) as reached from old"#,
        from,
        before
    )
    .fetch_one(database.patient_pool())
    .await?;
    Ok((u64::try_from(gone.count).unwrap_or_default(), gone.reached))
}
