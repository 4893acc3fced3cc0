//! Retention: whole months go, behind a signed checkpoint that says so and where the chain begins from then on.

use serde_json::json;
use storage::{
    audit::{
        checkpoints,
        months::{self, Month},
        seal,
    },
    journal,
};
use tracing::info;

use super::checkpoint::{self, Dropped, Point};
use crate::{Context, context, refusal::Refusal};

/// Drops the months that are over for longer than the trail is kept. Returns what went.
///
/// # Errors
/// `Refusal`: nothing was dropped.
pub async fn run(context: &Context) -> Result<Option<Dropped>, Refusal> {
    let keep = context.settings.audit.retention;
    if keep.is_zero() {
        return Ok(None);
    }
    let Some(before) = time::Duration::try_from(keep).ok().and_then(|keep| context.now.checked_sub(keep)) else {
        return Ok(None);
    };
    let old = |months: Vec<Month>| months.into_iter().filter(|month| month.ends() <= before).collect::<Vec<_>>();
    let mut look = context.database.begin().await?;
    let months = old(months::list(&mut look).await?);
    look.commit().await?;
    if months.is_empty() {
        return Ok(None);
    }
    let (mut tx, head) = seal::begin_in_turn(&context.database).await?;
    // Another instance may have done it meanwhile.
    let months = old(months::list(&mut tx).await?);
    let (mut begins, mut ends) = (None, None);
    for month in &months {
        if let Some(held) = months::held(&mut tx, *month).await? {
            begins = begins.or(Some(held.first));
            ends = Some(held);
        }
    }
    let dropped = match begins.zip(ends) {
        Some((first, held)) => {
            let hash = held.hash[..].try_into();
            let hash = hash.map_err(|_| Refusal::internal("a hash of the audit trail is broken"))?;
            let dropped = Dropped { months: months.iter().map(Month::to_string).collect(), first, last: held.last };
            let newest = checkpoints::newest_held(&mut tx).await?;
            let start = Point::new(held.last, &hash);
            let now = context::now().max(head.sealed_at);
            checkpoint::make(context, &mut tx, (&head, now), (newest.as_ref(), Some((start, dropped.clone())))).await?;
            checkpoints::forget(&mut tx, held.last).await?;
            let mut entry = context.entry("audit.dropped", "ok");
            entry.detail = Some(json!(dropped));
            journal::append(&mut tx, &entry).await?;
            Some(dropped)
        }
        None => None,
    };
    for month in &months {
        months::drop(&mut tx, *month).await?;
    }
    tx.commit().await?;
    if let Some(Dropped { months, first, last }) = &dropped {
        info!(?months, first, last, "old months of the audit trail were dropped");
    }
    Ok(dropped)
}
