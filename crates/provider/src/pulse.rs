//! The heartbeat that keeps an instance's memory honest: what it remembers is confirmed twice a second.
//!
//! One statement reads the registry's revision, the database's clock and what was withdrawn. A notification
//! brings it forward. When it stops, what is remembered is no longer used after a second: callers confirm it
//! themselves, and where they cannot, they refuse.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use storage::{Database, StorageError, pulse::Listener};
use time::OffsetDateTime;
use tokio::sync::{Mutex, Notify};
use tracing::{debug, warn};

use crate::{Provider, refusal::Refusal};

/// How often the pulse is taken without a notification.
const INTERVAL: Duration = Duration::from_millis(500);
/// How long a pulse may take: whoever waits for it is answered within two seconds.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How old what is remembered may be.
const MAX_AGE: Duration = Duration::from_secs(1);

/// What the last pulse said.
#[derive(Debug)]
pub struct Pulse {
    started: Instant,
    /// Milliseconds from `started` to the beginning of the last pulse that succeeded, plus one; 0: none yet.
    confirmed: AtomicU64,
    /// Milliseconds from `started` to the end of the last one that failed, plus one.
    failed: AtomicU64,
    revision: AtomicI64,
    horizon: AtomicI64,
    skew_millis: AtomicI64,
    taking: Mutex<()>,
    wake: Notify,
}

impl Pulse {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            confirmed: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            revision: AtomicI64::new(0),
            horizon: AtomicI64::new(0),
            skew_millis: AtomicI64::new(0),
            taking: Mutex::new(()),
            wake: Notify::new(),
        }
    }

    /// The registry's revision as last confirmed.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.revision.load(Ordering::Acquire)
    }

    /// How far this machine's clock is ahead of the database's.
    #[must_use]
    pub fn clock_skew(&self) -> time::Duration {
        time::Duration::milliseconds(self.skew_millis.load(Ordering::Relaxed))
    }

    /// How long ago the last pulse was taken; `None` before the first.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        let confirmed = self.confirmed.load(Ordering::Acquire).checked_sub(1)?;
        Some(self.started.elapsed().saturating_sub(Duration::from_millis(confirmed)))
    }

    /// Milliseconds since it was made, plus one.
    fn millis(&self) -> u64 {
        self.started.elapsed().as_millis() as u64 + 1
    }

    /// Whether what is remembered may be used.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.age().is_some_and(|age| age <= MAX_AGE)
    }

    /// Asks for a pulse soon, because this instance changed something.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}

impl Provider {
    /// Makes sure that what is remembered is at most a second old.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when it cannot be confirmed.
    pub async fn confirm(&self) -> Result<(), Refusal> {
        if self.pulse.is_fresh() {
            return Ok(());
        }
        Ok(self.take_pulse().await?)
    }

    /// Takes the pulse and applies what it says. Those who ask at the same time share one, also when it fails: a crowd
    /// must not wait in line for a database that is away.
    ///
    /// # Errors
    /// `StorageError`.
    pub async fn take_pulse(&self) -> Result<(), StorageError> {
        let asked = self.pulse.millis();
        let _one_at_a_time = self.pulse.taking.lock().await;
        if self.pulse.confirmed.load(Ordering::Acquire) > asked {
            return Ok(()); // Somebody else took it while this caller waited.
        }
        if self.pulse.failed.load(Ordering::Acquire) > asked {
            return Err(StorageError::timed_out());
        }
        let outcome = tokio::time::timeout(PATIENCE, self.read_pulse()).await;
        let outcome = outcome.unwrap_or_else(|_elapsed| Err(StorageError::timed_out()));
        if outcome.is_err() {
            self.pulse.failed.store(self.pulse.millis(), Ordering::Release);
        }
        outcome
    }

    pub(crate) async fn read_pulse(&self) -> Result<(), StorageError> {
        let begun = self.pulse.started.elapsed();
        let now = OffsetDateTime::now_utc();
        let pulse = storage::pulse::read(&self.database, self.pulse.horizon.load(Ordering::Acquire), now).await?;
        let round_trip = self.pulse.started.elapsed().saturating_sub(begun);
        // The database read its clock somewhere within the round trip: judge by the nearer end.
        let ahead = now - pulse.database_time;
        let skew = if ahead.is_negative() { (ahead + round_trip).min(time::Duration::ZERO) } else { ahead };
        self.pulse.skew_millis.store(skew.whole_milliseconds() as i64, Ordering::Relaxed);
        self.revocations.add(&pulse.revoked, now);
        if self.pulse.revision.load(Ordering::Acquire) != pulse.revision {
            self.keys.reload(&self.database, &self.sealing, &self.settings, now).await?;
            self.registry.clear();
            self.pulse.revision.store(pulse.revision, Ordering::Release);
        }
        self.pulse.horizon.store(pulse.horizon, Ordering::Release);
        self.pulse.confirmed.store(begun.as_millis() as u64 + 1, Ordering::Release);
        Ok(())
    }
}

/// Runs the pulse until the provider is gone.
pub(crate) fn spawn(provider: &Arc<Provider>) {
    let weak = Arc::downgrade(provider);
    tokio::spawn(listen(weak.clone(), provider.database.clone()));
    tokio::spawn(async move {
        loop {
            let Some(provider) = weak.upgrade() else {
                return;
            };
            if let Err(error) = provider.take_pulse().await {
                warn!(%error, "the pulse failed");
            }
            let pulse = Arc::clone(&provider.pulse);
            drop(provider);
            let _ = tokio::time::timeout(INTERVAL, pulse.wake.notified()).await;
        }
    });
}

async fn listen(provider: Weak<Provider>, database: Database) {
    loop {
        match Listener::connect(&database).await {
            Ok(mut listener) => loop {
                // A change may have come between two connections: look at once.
                let Some(pulse) = provider.upgrade().map(|provider| Arc::clone(&provider.pulse)) else {
                    return;
                };
                pulse.wake();
                if let Err(error) = listener.changed().await {
                    debug!(%error, "listening for changes was interrupted");
                    break;
                }
            },
            Err(error) => debug!(%error, "cannot listen for changes"),
        }
        if provider.strong_count() == 0 {
            return;
        }
        tokio::time::sleep(INTERVAL).await;
    }
}
