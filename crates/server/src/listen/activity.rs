//! What a connection is at: answering, or waiting for its client.

use std::{
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Shared by a connection's stream, its requests and its watcher.
#[derive(Debug)]
pub struct Activity {
    since: Instant,
    /// Requests that have begun, ever.
    begun: AtomicU32,
    /// Requests that are being answered.
    answering: AtomicU32,
    /// Milliseconds from `since` to the end of the last request.
    last: AtomicU64,
}

impl Activity {
    /// Of a new connection.
    pub fn new() -> Self {
        Self { since: Instant::now(), begun: AtomicU32::new(0), answering: AtomicU32::new(0), last: AtomicU64::new(0) }
    }

    /// A request begins; it ends when the guard is dropped.
    pub fn begin(self: std::sync::Arc<Self>) -> Answering {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.answering.fetch_add(1, Ordering::Relaxed);
        Answering(self)
    }

    /// How many requests have begun.
    pub fn begun(&self) -> u32 {
        self.begun.load(Ordering::Relaxed)
    }

    /// Whether a request is being answered.
    pub fn is_answering(&self) -> bool {
        self.answering.load(Ordering::Relaxed) > 0
    }

    /// How long nothing was asked; zero while something is being answered.
    pub fn idle_for(&self) -> Duration {
        if self.is_answering() {
            return Duration::ZERO;
        }
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        self.since.elapsed().saturating_sub(last)
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub struct Answering(std::sync::Arc<Activity>);

impl Drop for Answering {
    fn drop(&mut self) {
        let millis = u64::try_from(self.0.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.last.store(millis, Ordering::Relaxed);
        self.0.answering.fetch_sub(1, Ordering::Relaxed);
    }
}
