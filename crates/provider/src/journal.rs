//! Group commit for the audit journal: requests wait for their batch, and a batch costs one commit.
//!
//! Each entry says on which revision of the registry its decision was made. The batch reads the revision again;
//! what was decided on an older one is not written, and its request is decided anew.

use std::time::Duration;

use storage::{
    Database, StorageError,
    journal::{Decided, Entry, append_batch},
};
use tokio::sync::{mpsc, oneshot};
use tracing::error;

use crate::refusal::Refusal;

/// The most entries of one statement.
const BATCH: usize = 256;
/// How many entries may wait before new ones are refused.
const QUEUE: usize = 4096;
/// How many batches may be on their way at once: one is committed while the next one is sent.
const WRITERS: usize = 2;
/// How often a batch lets others go first as long as they fill it.
const TURNS: usize = 8;
/// How long a request waits for its batch.
const PATIENCE: Duration = Duration::from_secs(2);

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is durable.
    Durable,
    /// The registry changed since the decision: decide anew.
    Stale,
}

type Waiting = (Decided, oneshot::Sender<Result<Written, Failed>>);

#[derive(Clone, Copy, Debug)]
enum Failed {
    Unavailable,
    Internal,
}

/// Hands entries to the writers.
#[derive(Clone, Debug)]
pub struct Journal {
    queue: mpsc::Sender<Waiting>,
}

impl Journal {
    pub(crate) fn start(database: &Database) -> Self {
        let (queue, receiver) = mpsc::channel(QUEUE);
        let receiver = std::sync::Arc::new(tokio::sync::Mutex::new(receiver));
        for _ in 0..WRITERS {
            tokio::spawn(write(database.clone(), std::sync::Arc::clone(&receiver)));
        }
        Self { queue }
    }

    /// Writes an entry durably, together with whatever else waits.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when the queue is full or the database does not answer in time: whether the entry was
    /// written is then unknown, and what it tells of must not be handed out.
    pub async fn write(&self, entry: Entry, revision: i64) -> Result<Written, Refusal> {
        let (done, outcome) = oneshot::channel();
        self.queue
            .try_send((Decided { entry, revision }, done))
            .map_err(|_| Refusal::unavailable("the journal's queue is full"))?;
        match tokio::time::timeout(PATIENCE, outcome).await {
            Ok(Ok(Ok(written))) => Ok(written),
            Ok(Ok(Err(Failed::Internal))) => Err(Refusal::internal("the journal refused an entry")),
            Ok(Ok(Err(Failed::Unavailable)) | Err(_)) | Err(_) => {
                Err(Refusal::unavailable("the journal is not writable"))
            }
        }
    }
}

async fn write(database: Database, queue: std::sync::Arc<tokio::sync::Mutex<mpsc::Receiver<Waiting>>>) {
    let mut waiting: Vec<Waiting> = Vec::with_capacity(BATCH);
    loop {
        if !gather(&mut *queue.lock().await, &mut waiting).await {
            return;
        }
        let (entries, callers): (Vec<_>, Vec<_>) = waiting.drain(..).unzip();
        match append_batch(&database, &entries).await {
            Ok(revision) => {
                for (entry, caller) in entries.iter().zip(callers) {
                    let written = if entry.revision == revision { Written::Durable } else { Written::Stale };
                    let _ = caller.send(Ok(written));
                }
            }
            Err(StorageError::Unavailable(cause)) => {
                error!(error = %cause, entries = entries.len(), "the journal is not writable");
                for caller in callers {
                    let _ = caller.send(Err(Failed::Unavailable));
                }
            }
            Err(_) => write_singly(&database, entries, callers).await,
        }
    }
}

/// Fills a batch; `false` when nobody can write any more. Whoever is ready to write does so before the batch leaves:
/// under load the fuller one costs each a smaller share, and without load nobody waits.
async fn gather(queue: &mut mpsc::Receiver<Waiting>, waiting: &mut Vec<Waiting>) -> bool {
    if queue.recv_many(waiting, BATCH).await == 0 {
        return false;
    }
    for _ in 0..TURNS {
        let before = waiting.len();
        tokio::task::yield_now().await;
        while waiting.len() < BATCH {
            let Ok(next) = queue.try_recv() else { break };
            waiting.push(next);
        }
        if waiting.len() == before || waiting.len() == BATCH {
            break;
        }
    }
    true
}

/// One bad row never fails its batch: the others are written one by one.
async fn write_singly(
    database: &Database,
    entries: Vec<Decided>,
    callers: Vec<oneshot::Sender<Result<Written, Failed>>>,
) {
    for (entry, caller) in entries.into_iter().zip(callers) {
        let revision = entry.revision;
        let outcome = match append_batch(database, &[entry]).await {
            Ok(current) if current == revision => Ok(Written::Durable),
            Ok(_) => Ok(Written::Stale),
            Err(cause) => {
                error!(error = %cause, "the journal refused an entry");
                Err(if cause.is_unavailable() { Failed::Unavailable } else { Failed::Internal })
            }
        };
        let _ = caller.send(outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided() -> Decided {
        Decided { entry: Entry { event: "test", outcome: "ok", ..Entry::default() }, revision: 1 }
    }

    #[tokio::test]
    async fn whoever_is_ready_goes_along() {
        let (sender, mut queue) = mpsc::channel(QUEUE);
        for _ in 0..40 {
            let sender = sender.clone();
            tokio::spawn(async move { sender.send((decided(), oneshot::channel().0)).await });
        }
        let mut waiting = Vec::new();
        assert!(gather(&mut queue, &mut waiting).await);
        assert_eq!(waiting.len(), 40);
        waiting.clear();
        drop(sender);
        assert!(!gather(&mut queue, &mut waiting).await);
    }

    #[tokio::test]
    async fn a_batch_is_bounded() {
        let (sender, mut queue) = mpsc::channel(QUEUE);
        for _ in 0..BATCH + 1 {
            assert!(sender.try_send((decided(), oneshot::channel().0)).is_ok());
        }
        let mut waiting = Vec::new();
        assert!(gather(&mut queue, &mut waiting).await);
        assert_eq!(waiting.len(), BATCH);
    }
}
