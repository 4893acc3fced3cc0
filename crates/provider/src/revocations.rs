//! What was withdrawn, in memory: ids of grants and tokens, for as long as a dependent token could live.
//!
//! Bounded by the number of withdrawals within the longest access token's lifetime. Fed by the pulse.

use std::{collections::HashSet, sync::RwLock, time::Duration};

use storage::revocations::Withdrawal;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Context, refusal::Refusal};

/// Two generations of ids: the older is dropped when a whole lifetime has passed over it.
#[derive(Debug)]
pub struct Revocations {
    generations: RwLock<Generations>,
    lifetime: Duration,
}

#[derive(Debug)]
struct Generations {
    since: OffsetDateTime,
    young: HashSet<Uuid>,
    old: HashSet<Uuid>,
}

impl Revocations {
    pub(crate) fn new(lifetime: Duration) -> Self {
        let generations = Generations { since: OffsetDateTime::UNIX_EPOCH, young: HashSet::new(), old: HashSet::new() };
        Self { generations: RwLock::new(generations), lifetime }
    }

    pub(crate) fn add(&self, ids: &[Uuid], now: OffsetDateTime) {
        let mut generations = self.generations.write().expect("no holder of this lock panics");
        if now - generations.since > self.lifetime {
            generations.old = std::mem::take(&mut generations.young);
            generations.since = now;
        }
        generations.young.extend(ids);
    }

    fn any(&self, ids: impl IntoIterator<Item = Uuid>) -> bool {
        let generations = self.generations.read().expect("no holder of this lock panics");
        if generations.young.is_empty() && generations.old.is_empty() {
            return false;
        }
        ids.into_iter().any(|id| generations.young.contains(&id) || generations.old.contains(&id))
    }

    /// How many ids are remembered, for metrics.
    #[must_use]
    pub fn len(&self) -> usize {
        let generations = self.generations.read().expect("no holder of this lock panics");
        generations.young.len() + generations.old.len()
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
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
        // A margin beyond the longest lifetime, for clocks that differ by up to a second.
        let until = self.now + self.settings.lifetimes.access_token_max + Duration::from_secs(60);
        Withdrawal { at: self.now, until, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_for_a_lifetime_and_forgets_after_two() {
        let revocations = Revocations::new(Duration::from_secs(100));
        let start = OffsetDateTime::UNIX_EPOCH + Duration::from_secs(1000);
        let id = Uuid::from_u128(1);
        revocations.add(&[id], start);
        assert!(revocations.any([id]));
        assert!(!revocations.any([Uuid::from_u128(2)]));
        revocations.add(&[], start + Duration::from_secs(101));
        assert!(revocations.any([id]), "still within the second generation");
        revocations.add(&[], start + Duration::from_secs(202));
        assert!(!revocations.any([id]));
    }
}
