//! Short-lived rows leave in small batches, so that tables stay bounded and nobody waits for a big deletion.

use std::time::Instant;

use serde::Serialize;
use storage::{
    Database, StorageError,
    sweep::{BATCH, RECENT, Swept, batch, unspent_codes},
};
use time::{Duration, OffsetDateTime};
use tracing::{debug, warn};

use crate::{Context, refusal::Refusal};

/// Statements for one kind of row before the next kind has its turn.
const TURN: usize = 20;
/// How long one run may take. What is left waits for the next one.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(45);
/// Beyond the lifetime of a request: clocks of instances differ.
const MARGIN: Duration = Duration::MINUTE;

/// What was removed of one kind.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Removed {
    /// Which kind of row.
    pub table: &'static str,
    /// How many.
    pub rows: u64,
    /// How long that took.
    pub seconds: f64,
    /// Whether there is more, which this run had no time for.
    pub more: bool,
}

/// Removes what has ended.
///
/// # Errors
/// `Refusal::Unavailable` when the database is away.
pub async fn run(context: &Context) -> Result<(), Refusal> {
    everything(&context.database, context.now, context.settings.lifetimes.authorization_request).await?;
    Ok(())
}

/// Removes what has ended by now, each kind in turns, until nothing is left of it. `request` is how long an
/// authorization request lives.
///
/// # Errors
/// `StorageError`: what was not removed waits for the next run.
pub async fn everything(
    database: &Database,
    now: OffsetDateTime,
    request: std::time::Duration,
) -> Result<Vec<Removed>, StorageError> {
    let begun = Instant::now();
    let mut sweepings: Vec<_> =
        Swept::ALL.iter().map(|what| Sweeping::of(*what, ended_before(*what, now, request))).collect();
    while begun.elapsed() < LONGEST && sweepings.iter().any(|sweeping| sweeping.more) {
        for sweeping in sweepings.iter_mut().filter(|sweeping| sweeping.more) {
            sweeping.turn(database).await?;
        }
    }
    for Sweeping { what, rows, more, .. } in &sweepings {
        if *rows > 0 {
            metrics::counter!("chancery_swept_total", "table" => what.as_str()).increment(*rows);
            debug!(table = what.as_str(), rows, "swept");
        }
        if *more {
            warn!(table = what.as_str(), rows, "not all that has ended could be swept in time; the next run goes on");
        }
    }
    Ok(sweepings.iter().map(Sweeping::removed).collect())
}

/// One kind of row, being swept.
struct Sweeping {
    what: Swept,
    ended_before: OffsetDateTime,
    /// Where codes that were never spent are to be looked for next.
    from: OffsetDateTime,
    rows: u64,
    took: std::time::Duration,
    more: bool,
}

impl Sweeping {
    fn of(what: Swept, ended_before: OffsetDateTime) -> Self {
        let took = std::time::Duration::ZERO;
        Self { what, ended_before, from: ended_before - RECENT, rows: 0, took, more: true }
    }

    async fn turn(&mut self, database: &Database) -> Result<(), StorageError> {
        let begun = Instant::now();
        for _ in 0..TURN {
            let count = match self.what {
                Swept::UnspentCodes => {
                    let (count, reached) = unspent_codes(database, self.from, self.ended_before).await?;
                    self.from = reached.unwrap_or(self.ended_before);
                    count
                }
                what => batch(database, what, self.ended_before).await?,
            };
            self.rows += count;
            self.more = count >= BATCH;
            if !self.more {
                break;
            }
        }
        self.took += begun.elapsed();
        Ok(())
    }

    fn removed(&self) -> Removed {
        Removed { table: self.what.as_str(), rows: self.rows, seconds: self.took.as_secs_f64(), more: self.more }
    }
}

/// What has ended before this may go.
fn ended_before(what: Swept, now: OffsetDateTime, request: std::time::Duration) -> OffsetDateTime {
    match what {
        // The row is what keeps the request from being answered once more, for as long as its state is accepted. A
        // session stays as long as its grants do.
        Swept::UnspentCodes | Swept::SpentCodes | Swept::Grants | Swept::Sessions => now - request - MARGIN,
        _ => now,
    }
}
