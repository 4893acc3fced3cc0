//! The sealer: moves the journal into the chain, a batch at a time, and signs checkpoints.

use std::time::{Duration, Instant};

use storage::audit::{
    Sealed,
    checkpoints::{self, Checkpoint},
    months::{self, Month},
    seal,
};
use time::OffsetDateTime;
use tracing::debug;

use super::{
    checkpoint,
    record::{self, Hash},
};
use crate::{Context, context, refusal::Refusal};

/// Records of one transaction.
const BATCH: i64 = 2000;
/// How long one run may take. What is left waits for the next one.
const LONGEST: Duration = Duration::from_secs(20);
/// No more records than these, and one batch, lie behind the newest checkpoint.
pub(super) const EVERY_RECORDS: i64 = 100_000;
/// None is sealed later than this, and not signed for.
pub(super) const EVERY: time::Duration = time::Duration::MINUTE;
/// How far ahead partitions are made.
const AHEAD: time::Duration = time::Duration::days(7);

/// What became of one attempt.
enum Turn {
    /// Another instance seals.
    Elsewhere,
    /// So many records were sealed, and there is no more for now.
    Done(u64),
    /// So many, and there is more.
    More(u64),
}

/// Seals what waits. Returns how many records it were.
///
/// # Errors
/// `Refusal`: what was not sealed waits for the next run.
pub async fn run(context: &Context) -> Result<u64, Refusal> {
    let begun = Instant::now();
    let mut sum = 0;
    while begun.elapsed() < LONGEST {
        match turn(context).await? {
            Turn::Elsewhere => break,
            Turn::Done(count) => {
                sum += count;
                break;
            }
            Turn::More(count) => sum += count,
        }
    }
    if sum > 0 {
        metrics::counter!("chancery_audit_sealed_total").increment(sum);
        debug!(records = sum, "sealed");
    }
    Ok(sum)
}

/// Whether the end of the chain must be signed for.
fn is_due(newest: Option<&Checkpoint>, end: i64, now: OffsetDateTime) -> bool {
    match newest {
        None => end > 0,
        Some(newest) => end > newest.seq && (end - newest.seq >= EVERY_RECORDS || now - newest.made_at >= EVERY),
    }
}

async fn turn(context: &Context) -> Result<Turn, Refusal> {
    if context.pulse.clock_skew().abs() > time::Duration::SECOND {
        return Err(Refusal::unavailable("the clock is off: nothing is sealed by it"));
    }
    if !seal::waits(&context.database).await? {
        let newest = checkpoints::newest(&context.database).await?;
        let end = storage::audit::read::head(&context.database).await?.seq;
        if !is_due(newest.as_ref(), end, context::now()) {
            return Ok(Turn::Done(0));
        }
    }
    let Some((mut tx, mut head)) = seal::begin(&context.database).await? else { return Ok(Turn::Elsewhere) };
    // It never runs backward, whoever's clock it is.
    let now = context::now().max(head.sealed_at);
    let mut made = false;
    for month in [Month::of(now), Month::of(now + AHEAD)] {
        if !months::is_there(&mut tx, month).await? {
            months::make(&mut tx, month).await?;
            made = true;
        }
    }
    if made {
        tx.commit().await?; // Nothing else under that lock.
        return Ok(Turn::More(0));
    }
    let records = seal::take(&mut tx, BATCH).await?;
    let count = records.len();
    let broken = |_| Refusal::internal("the head of the audit trail is broken");
    let mut previous: Hash = head.hash[..].try_into().map_err(broken)?;
    let mut sealed = Vec::with_capacity(count);
    for (seq, record) in (head.seq + 1..).zip(records) {
        previous = record::hash(&previous, seq, now, &record);
        sealed.push(Sealed { seq, sealed_at: now, record, hash: previous.to_vec() });
    }
    seal::put(&mut tx, &sealed).await?;
    if let Some(last) = sealed.last() {
        (head.seq, head.hash, head.sealed_at) = (last.seq, last.hash.clone(), now);
    }
    let newest = checkpoints::newest_held(&mut tx).await?;
    if is_due(newest.as_ref(), head.seq, now) {
        checkpoint::make(context, &mut tx, (&head, now), (newest.as_ref(), None)).await?;
    }
    tx.commit().await?;
    let full = i64::try_from(count).is_ok_and(|count| count >= BATCH);
    Ok(if full { Turn::More(count as u64) } else { Turn::Done(count as u64) })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn checkpoints_come_in_time() {
        let made_at = datetime!(2026-11-27 12:00 UTC);
        let newest = Checkpoint { number: 1, seq: 10, made_at, jws: String::new() };
        let due = |end, after| is_due(Some(&newest), end, made_at + after);
        assert!(!due(10, time::Duration::DAY), "nothing new");
        assert!(!due(11, EVERY - time::Duration::SECOND) && due(11, EVERY));
        assert!(!due(9 + EVERY_RECORDS, time::Duration::ZERO) && due(10 + EVERY_RECORDS, time::Duration::ZERO));
        assert!(is_due(None, 1, made_at) && !is_due(None, 0, made_at));
    }
}
