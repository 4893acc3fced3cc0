//! Short-lived rows leave in small batches, so that tables stay bounded and nobody waits for a big deletion.

use storage::sweep::{Swept, batch};
use time::{Duration, OffsetDateTime};
use tracing::debug;

use crate::{Context, refusal::Refusal};

/// Rows of one statement.
const BATCH: i64 = 500;
/// Statements for one kind of row in one run: what is left waits for the next one.
const BATCHES: usize = 200;
/// Beyond the lifetime of a request: clocks of instances differ.
const MARGIN: Duration = Duration::MINUTE;

/// Removes what has ended.
///
/// # Errors
/// `Refusal::Unavailable` when the database is away.
pub async fn run(context: &Context) -> Result<(), Refusal> {
    for what in Swept::ALL {
        let mut total = 0;
        for _ in 0..BATCHES {
            let count = batch(&context.database, what, ended_before(context, what), BATCH).await?;
            total += count;
            if i64::try_from(count).is_ok_and(|count| count < BATCH) {
                break;
            }
        }
        if total > 0 {
            metrics::counter!("chancery_swept_total", "table" => what.as_str()).increment(total);
            debug!(table = what.as_str(), total, "swept");
        }
    }
    Ok(())
}

/// What has ended before this may go.
fn ended_before(context: &Context, what: Swept) -> OffsetDateTime {
    match what {
        // The row is what keeps the request from being answered once more, for as long as its state is accepted.
        Swept::UnspentCodes | Swept::SpentCodes | Swept::Grants => {
            context.now - context.settings.lifetimes.authorization_request - MARGIN
        }
        _ => context.now,
    }
}
