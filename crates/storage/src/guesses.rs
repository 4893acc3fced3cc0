//! How much was guessed, and where: buckets that fill with each attempt and leak as time passes.
//!
//! One statement judges an attempt and counts it in all of its buckets, or in none. The rows are locked in the order of
//! their keys, so that attempts that share some of them queue and never block each other for good.
//!
//! These statements commit without waiting for the disk: an attempt costs no write that a stranger could make
//! everybody wait for. A crash of PostgreSQL forgets what was counted in its last moment, and nobody can cause one.

use time::OffsetDateTime;

use crate::{Database, StorageError};

/// What a bucket is known by: an HMAC.
pub type Key = [u8; 16];

/// How often a bucket that somebody else just swept is opened anew.
const TRIES: usize = 4;

/// A bucket, and how an attempt is judged by it.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// Which.
    pub key: Key,
    /// One bit of its own among the buckets of the attempt.
    pub bit: i32,
    /// How many attempts it takes at once.
    pub free: f64,
    /// The wait after these, in seconds; it doubles with each further attempt.
    pub first: f64,
    /// The longest wait, in seconds.
    pub ceiling: f64,
    /// How long it takes to forget one attempt, in seconds.
    pub forget: f64,
    /// Counts only where the person is known.
    pub only_known: bool,
    /// The bits of the buckets that stand in for this one where the person is known in them.
    pub excused_by: i32,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Admission {
    /// It may go on. It was counted as a failure in the buckets of these bits.
    Admitted(i32),
    /// Nothing was counted: so many seconds are to be waited for.
    Wait(f64),
}

/// What a bucket is told of an attempt that was no failure.
#[derive(Clone, Copy, Debug)]
pub struct Settlement {
    /// Which.
    pub key: Key,
    /// How many attempts are taken back; [`f64::INFINITY`]: all.
    pub give_back: f64,
    /// Whether the person is known here from now on.
    pub known: bool,
}

struct Judged {
    wait: f64,
    missing: bool,
    counted: i32,
}

/// Judges an attempt, and counts it as a failure in advance.
///
/// # Errors
/// `StorageError`: whether it was counted is unknown, so it must not go on.
pub async fn admit(database: &Database, now: OffsetDateTime, buckets: &[Bucket]) -> Result<Admission, StorageError> {
    for _ in 0..TRIES {
        let judged = judge(database, now, buckets).await?;
        if judged.wait > 0.0 {
            return Ok(Admission::Wait(judged.wait));
        }
        if !judged.missing {
            return Ok(Admission::Admitted(judged.counted));
        }
        // Only a row can be locked. None is made for an attempt that the others refuse.
        open(database, now, buckets).await?;
    }
    Err(StorageError::timed_out())
}

/// The one statement: it locks, judges, and counts if every bucket takes the attempt and has a row.
async fn judge(database: &Database, now: OffsetDateTime, buckets: &[Bucket]) -> Result<Judged, StorageError> {
    let numbers = |of: fn(&Bucket) -> f64| buckets.iter().map(of).collect::<Vec<_>>();
    Ok(sqlx::query_as!(
        Judged,
        r#"with lazily as materialized (select set_config('synchronous_commit', 'off', true) as "commit"),
             wanted as (
                 select w.* from lazily,
                     unnest($2::bytea[], $3::int4[], $4::float8[], $5::float8[], $6::float8[], $7::float8[],
                            $8::bool[], $9::int4[])
                     as w (key, bit, free, first, ceiling, forget, only_known, excused_by)
                 where lazily."commit" is not null
             ),
             held as materialized (
                 select key, level, counted_at, known_until, expires_at
                 from guess where key = any ($2) order by key for update
             ),
             state as (
                 select w.*, h.key is not null as present, coalesce(h.known_until > $1, false) as known,
                        greatest(h.counted_at, $1::timestamptz) as counted_at, h.expires_at,
                        h.level as level_then,
                        greatest(extract(epoch from $1 - h.counted_at)::float8, 0) as elapsed,
                        greatest(h.level - greatest(extract(epoch from $1 - h.counted_at)::float8, 0) / w.forget, 0)
                            as level
                 from wanted w left join held h on h.key = w.key
             ),
             judged as (
                 select s.*, s.level + 1 - s.free as over from state s
                 where (s.known or not s.only_known)
                   and not exists (select from state k where k.known and k.bit & s.excused_by <> 0)
             ),
             verdict as (
                 select coalesce(max(
                            case when over <= 0 then 0
                                 else least(least(ceiling, first * power(2, least(ceil(level_then - free), 40)))
                                                - elapsed,
                                            over * forget)
                            end), 0) as wait,
                        coalesce(bool_or(not present), false) as missing,
                        coalesce(bit_or(bit), 0) as counted
                 from judged
             ),
             counted as (
                 update guess g
                 set level = j.level + 1, counted_at = j.counted_at,
                     expires_at = greatest(j.expires_at, to_timestamp(
                         ceil((extract(epoch from j.counted_at) + (j.level + 1) * j.forget) / 3600) * 3600))
                 from judged j, verdict v
                 where g.key = j.key and v.wait <= 0 and not v.missing
             )
           select wait as "wait!", missing as "missing!", counted as "counted!" from verdict"#,
        now,
        &keys(buckets) as &[&[u8]],
        &buckets.iter().map(|bucket| bucket.bit).collect::<Vec<_>>(),
        &numbers(|bucket| bucket.free),
        &numbers(|bucket| bucket.first),
        &numbers(|bucket| bucket.ceiling),
        &numbers(|bucket| bucket.forget),
        &buckets.iter().map(|bucket| bucket.only_known).collect::<Vec<_>>(),
        &buckets.iter().map(|bucket| bucket.excused_by).collect::<Vec<_>>(),
    )
    .fetch_one(database.pool())
    .await?)
}

/// Makes empty buckets where there are none.
async fn open(database: &Database, now: OffsetDateTime, buckets: &[Bucket]) -> Result<(), StorageError> {
    let buckets: Vec<Bucket> = buckets.iter().filter(|bucket| !bucket.only_known).copied().collect();
    sqlx::query!(
        r#"with lazily as materialized (select set_config('synchronous_commit', 'off', true) as "commit")
           insert into guess (key, level, counted_at, expires_at)
           select key, 0, $1, to_timestamp(ceil(extract(epoch from $1::timestamptz) / 3600 + 1) * 3600)
           from lazily, unnest($2::bytea[]) as w (key) where lazily."commit" is not null
           order by key on conflict (key) do nothing"#,
        now,
        &keys(&buckets) as &[&[u8]],
    )
    .execute(database.pool())
    .await?;
    Ok(())
}

/// Takes back what was counted in advance, and notes where the person is known until `known_until`.
///
/// # Errors
/// `StorageError`.
pub async fn settle(
    database: &Database,
    now: OffsetDateTime,
    known_until: OffsetDateTime,
    settlements: &[Settlement],
) -> Result<(), StorageError> {
    let keys: Vec<&[u8]> = settlements.iter().map(|settlement| &settlement.key[..]).collect();
    sqlx::query!(
        r#"with lazily as materialized (select set_config('synchronous_commit', 'off', true) as "commit"),
             wanted as (
                 select w.* from lazily, unnest($2::bytea[], $3::float8[], $4::bool[]) as w (key, give_back, known)
                 where lazily."commit" is not null
             ),
             held as materialized (select key from guess where key = any ($2) order by key for update),
             settled as (
                 update guess g
                 set level = greatest(g.level - w.give_back, 0),
                     known_until = case when w.known then $5 else g.known_until end,
                     expires_at = case when w.known then greatest(g.expires_at, $5) else g.expires_at end
                 from wanted w, held h
                 where h.key = w.key and g.key = w.key
             )
           insert into guess (key, level, counted_at, known_until, expires_at)
           select w.key, 0, $1, $5, $5 from wanted w
           where w.known and not exists (select from held h where h.key = w.key)
           order by w.key
           on conflict (key) do update
           set known_until = excluded.known_until, expires_at = greatest(guess.expires_at, excluded.expires_at)"#,
        now,
        &keys as &[&[u8]],
        &settlements.iter().map(|settlement| settlement.give_back).collect::<Vec<_>>(),
        &settlements.iter().map(|settlement| settlement.known).collect::<Vec<_>>(),
        known_until,
    )
    .execute(database.pool())
    .await?;
    Ok(())
}

fn keys(buckets: &[Bucket]) -> Vec<&[u8]> {
    buckets.iter().map(|bucket| &bucket.key[..]).collect()
}
