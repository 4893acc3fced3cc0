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
}

impl Swept {
    /// Everything, in the order in which it is swept.
    pub const ALL: [Self; 11] = [
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
        }
    }
}

/// For how long codes that were never spent are looked for one by one. It spans a few sweeps; what they all missed goes
/// with the spent ones.
pub const RECENT: Duration = Duration::minutes(15);

/// Deletes about `limit` rows that ended before `now`, the oldest first. Returns how many. Rows that somebody holds are
/// left for the next time.
///
/// # Errors
/// `StorageError`.
pub async fn batch(database: &Database, what: Swept, now: OffsetDateTime, limit: i64) -> Result<u64, StorageError> {
    let day_ago = now - Duration::DAY;
    // Always in the order of an index: else a plan that was made when the table was small reads all of it.
    let query = match what {
        Swept::Sessions => return sessions::sweep(database, day_ago, limit).await,
        Swept::Deliveries => return outbox::sweep(database, now - Duration::days(30), limit).await,
        Swept::UnspentCodes => return Ok(unspent_codes(database, now - RECENT, now, limit).await?.0),
        // What was never spent and is still here takes its grant along.
        Swept::SpentCodes => sqlx::query!(
            "with old as (
                 select code_hash, grant_id, spent_at from authorization_code where expires_at < $1
                 order by expires_at limit $2 for update skip locked),
             abandoned as (
                 select g.id from grants g join old on old.grant_id = g.id and old.spent_at is null
                 for update of g skip locked),
             gone as (delete from grants g using abandoned a where g.id = a.id)
             delete from authorization_code c using old where c.code_hash = old.code_hash",
            day_ago,
            limit
        ),
        Swept::BrowserSessions => sqlx::query!(
            "delete from browser_session where id_hash in
                 (select id_hash from browser_session where expires_at < $1 order by expires_at limit $2
                  for update skip locked)",
            now,
            limit
        ),
        Swept::RefreshFamilies => sqlx::query!(
            "delete from refresh_family where id in
                 (select id from refresh_family where expires_at < $1 order by expires_at limit $2
                  for update skip locked)",
            now,
            limit
        ),
        Swept::Grants => sqlx::query!(
            "delete from grants where id in
                 (select id from grants where expires_at < $1 order by expires_at limit $2 for update skip locked)",
            day_ago,
            limit
        ),
        Swept::Assertions => sqlx::query!(
            "delete from assertion_jti where (client_key, jti_hash) in
                 (select client_key, jti_hash from assertion_jti where expires_at < $1 order by expires_at limit $2
                  for update skip locked)",
            now,
            limit
        ),
        Swept::Revocations => sqlx::query!(
            "delete from revocation where id in
                 (select id from revocation where expires_at < $1 order by expires_at limit $2
                  for update skip locked)",
            now,
            limit
        ),
        Swept::OneTime => sqlx::query!(
            "delete from one_time where id in
                 (select id from one_time where expires_at < $1 limit $2 for update skip locked)",
            day_ago,
            limit
        ),
        Swept::Spent => sqlx::query!(
            "delete from spent where hash in
                 (select hash from spent where expires_at < $1 limit $2 for update skip locked)",
            now,
            limit
        ),
    };
    Ok(query.execute(database.patient_pool()).await?.rows_affected())
}

/// Deletes up to `limit` codes that were never spent and expired between these two moments, with their grants. Returns
/// how many, and the moment to go on from: among the spent ones, which stay for longer, no index finds them.
///
/// # Errors
/// `StorageError`.
pub async fn unspent_codes(
    database: &Database,
    from: OffsetDateTime,
    before: OffsetDateTime,
    limit: i64,
) -> Result<(u64, Option<OffsetDateTime>), StorageError> {
    let gone = sqlx::query!(
        r#"with old as (
               select code_hash, grant_id, expires_at from authorization_code
               where expires_at >= $1 and expires_at < $2 and spent_at is null
               order by expires_at limit $3 for update skip locked),
           held as (select g.id from grants g join old on old.grant_id = g.id for update of g skip locked),
           ungranted as (delete from grants g using held h where g.id = h.id),
           gone as (delete from authorization_code c using old where c.code_hash = old.code_hash)
           select count(*) as "count!", max(expires_at) as reached from old"#,
        from,
        before,
        limit
    )
    .fetch_one(database.patient_pool())
    .await?;
    Ok((u64::try_from(gone.count).unwrap_or_default(), gone.reached))
}
