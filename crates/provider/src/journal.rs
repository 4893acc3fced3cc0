//! The audit journal of what is issued without anything being spent: written in batches, durably.
//!
//! Each entry says on which revision of the registry its decision was made. The batch reads the revision again;
//! what was decided on an older one is not written, and its request is decided anew.

use storage::{
    Database, StorageError,
    journal::{Decided, Entry, append_batch},
};

use crate::{
    batch::{Batcher, Work},
    refusal::Refusal,
};

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is durable.
    Durable,
    /// The registry changed since the decision: decide anew.
    Stale,
}

struct Append;

impl Work for Append {
    type Item = Decided;
    type Outcome = Written;
    const NAME: &'static str = "journal";

    async fn run(database: &Database, items: &[Decided]) -> Result<Vec<Written>, StorageError> {
        let current = append_batch(database, items).await?;
        let written = |item: &Decided| if item.revision == current { Written::Durable } else { Written::Stale };
        Ok(items.iter().map(written).collect())
    }
}

/// Hands entries to the writers.
#[derive(Debug)]
pub struct Journal {
    batcher: Batcher<Append>,
}

impl Journal {
    pub(crate) fn start(database: &Database) -> Self {
        Self { batcher: Batcher::start(database) }
    }

    /// Writes an entry durably, together with whatever else waits.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when the queue is full or the database does not answer in time: whether the entry was
    /// written is then unknown, and what it tells of must not be handed out.
    pub async fn write(&self, entry: Entry, revision: i64) -> Result<Written, Refusal> {
        self.batcher.submit(Decided { entry, revision }).await
    }
}
