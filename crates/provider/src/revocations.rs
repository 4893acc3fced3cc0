//! What was withdrawn, in memory: ids of grants and tokens, each for as long as a dependent token could live.
//!
//! Bounded by the number of withdrawals within the longest access token's lifetime. Fed by the pulse.

use std::{collections::HashMap, sync::RwLock, time::Duration};

use storage::revocations::Withdrawal;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Context, refusal::Refusal, settings::ACCESS_TOKEN_CAP};

/// How often what has expired is forgotten.
const TIDYING: Duration = Duration::from_secs(60);

/// Ids, and until when (seconds since 1970) each of them counts.
#[derive(Debug)]
pub struct Revocations {
    known: RwLock<Known>,
}

#[derive(Debug)]
struct Known {
    until: HashMap<Uuid, i64>,
    tidied: OffsetDateTime,
}

impl Revocations {
    pub(crate) fn new() -> Self {
        Self { known: RwLock::new(Known { until: HashMap::new(), tidied: OffsetDateTime::UNIX_EPOCH }) }
    }

    pub(crate) fn add(&self, withdrawn: &[(Uuid, OffsetDateTime)], now: OffsetDateTime) {
        let due = now - self.known.read().expect("no holder of this lock panics").tidied >= TIDYING;
        if withdrawn.is_empty() && !due {
            return;
        }
        let mut known = self.known.write().expect("no holder of this lock panics");
        known.until.extend(withdrawn.iter().map(|(id, until)| (*id, until.unix_timestamp())));
        if due {
            known.tidied = now;
            known.until.retain(|_, until| *until >= now.unix_timestamp());
            known.until.shrink_to(1024);
        }
    }

    fn any(&self, ids: impl IntoIterator<Item = Uuid>) -> bool {
        let known = self.known.read().expect("no holder of this lock panics");
        !known.until.is_empty() && ids.into_iter().any(|id| known.until.contains_key(&id))
    }

    /// How many ids are remembered, for metrics.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.read().expect("no holder of this lock panics").until.len()
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A withdrawal of this moment. It is remembered for as long as any access token may live, whatever is configured
/// now: yesterday's configuration may have allowed more.
#[must_use]
pub fn withdrawal(at: OffsetDateTime, reason: &'static str) -> Withdrawal {
    // A margin for clocks that differ by up to a second, and for requests that are under way.
    Withdrawal { at, until: at + ACCESS_TOKEN_CAP + Duration::from_secs(60), reason }
}

impl Context {
    /// Whether any of `ids` (a token's `jti`, its grant, its lineage) was withdrawn, as of at most a second ago.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when it cannot be known.
    pub async fn any_revoked(&self, ids: &[Uuid]) -> Result<bool, Refusal> {
        self.confirm().await?;
        Ok(self.revocations.any(ids.iter().copied()))
    }

    /// A withdrawal of this moment: remembered for as long as a dependent token could live.
    #[must_use]
    pub fn withdrawal(&self, reason: &'static str) -> Withdrawal {
        withdrawal(self.now, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_remembered_until_it_no_longer_counts() {
        let revocations = Revocations::new();
        let start = OffsetDateTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let (short, long) = (Uuid::from_u128(1), Uuid::from_u128(2));
        revocations.add(&[(short, start + Duration::from_secs(100)), (long, start + Duration::from_secs(1000))], start);
        assert!(revocations.any([short]) && revocations.any([long]));
        assert!(!revocations.any([Uuid::from_u128(3)]));
        revocations.add(&[], start + Duration::from_secs(99));
        assert!(revocations.any([short]), "it still counts");
        revocations.add(&[], start + Duration::from_secs(200));
        assert!(!revocations.any([short]) && revocations.any([long]));
        assert_eq!(revocations.len(), 1);
    }
}
