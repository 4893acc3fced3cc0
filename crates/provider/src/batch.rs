//! Group commit: requests that need the same statement share one, and with it the cost of planning, of the round trip
//! and of the commit. Whoever waits is told what became of their own.
//!
//! Nobody waits for company: a batch takes along whoever is ready, and leaves. One bad row never fails its batch.

use std::{future::Future, sync::Arc, time::Duration};

use storage::{Database, StorageError};
use tokio::sync::{Mutex, mpsc, oneshot};
use tracing::error;

use crate::refusal::Refusal;

/// The most of one statement.
const BATCH: usize = 256;
/// How many may wait before more are refused.
const QUEUE: usize = 4096;
/// How many batches may be on their way at once: one is committed while the next one is sent.
const WRITERS: usize = 2;
/// How often a batch lets others go first as long as they fill it.
const TURNS: usize = 8;
/// How long a request waits for its batch.
const PATIENCE: Duration = Duration::from_secs(2);

/// A statement that does the same for many.
pub(crate) trait Work: Send + Sync + 'static {
    /// What one request wants done.
    type Item: Send + Sync + 'static;
    /// What became of it.
    type Outcome: Send + 'static;
    /// How logs call it.
    const NAME: &'static str;

    /// Does it, all or nothing; the outcomes come in the order of the items.
    fn run(
        database: &Database,
        items: &[Self::Item],
    ) -> impl Future<Output = Result<Vec<Self::Outcome>, StorageError>> + Send;
}

/// Why an item has no outcome.
#[derive(Clone, Copy, Debug)]
enum Failed {
    Unavailable,
    Internal,
}

type Waiting<W> = (<W as Work>::Item, oneshot::Sender<Result<<W as Work>::Outcome, Failed>>);

/// Hands items to the writers.
pub(crate) struct Batcher<W: Work> {
    queue: mpsc::Sender<Waiting<W>>,
}

impl<W: Work> std::fmt::Debug for Batcher<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Batcher({})", W::NAME)
    }
}

impl<W: Work> Batcher<W> {
    /// Starts the writers. They end with the batcher.
    pub(crate) fn start(database: &Database) -> Self {
        let (queue, receiver) = mpsc::channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..WRITERS {
            tokio::spawn(write::<W>(database.clone(), Arc::clone(&receiver)));
        }
        Self { queue }
    }

    /// Has it done durably, together with whatever else waits.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when the queue is full or the database does not answer in time: whether it was done is
    /// then unknown, and nothing that depends on it may be handed out. `Refusal::Internal` when it cannot be done.
    pub(crate) async fn submit(&self, item: W::Item) -> Result<W::Outcome, Refusal> {
        let (done, outcome) = oneshot::channel();
        self.queue
            .try_send((item, done))
            .map_err(|_| Refusal::unavailable(format!("{}: the queue is full", W::NAME)))?;
        match tokio::time::timeout(PATIENCE, outcome).await {
            Ok(Ok(Ok(outcome))) => Ok(outcome),
            Ok(Ok(Err(Failed::Internal))) => Err(Refusal::internal(format!("{}: an item was refused", W::NAME))),
            Ok(Ok(Err(Failed::Unavailable)) | Err(_)) | Err(_) => {
                Err(Refusal::unavailable(format!("{}: the database does not answer", W::NAME)))
            }
        }
    }
}

async fn write<W: Work>(database: Database, queue: Arc<Mutex<mpsc::Receiver<Waiting<W>>>>) {
    let mut waiting: Vec<Waiting<W>> = Vec::with_capacity(BATCH);
    loop {
        if !gather(&mut *queue.lock().await, &mut waiting).await {
            return;
        }
        let (items, callers): (Vec<_>, Vec<_>) = waiting.drain(..).unzip();
        match W::run(&database, &items).await {
            Ok(outcomes) => {
                for (outcome, caller) in outcomes.into_iter().zip(callers) {
                    let _ = caller.send(Ok(outcome));
                }
            }
            Err(StorageError::Unavailable(cause)) => {
                error!(what = W::NAME, error = %cause, items = items.len(), "the database does not answer");
                for caller in callers {
                    let _ = caller.send(Err(Failed::Unavailable));
                }
            }
            Err(cause) if items.len() == 1 => refuse(W::NAME, &cause, callers),
            Err(_) => write_singly::<W>(&database, items, callers).await,
        }
    }
}

/// Fills a batch; `false` when nobody can hand in any more. Whoever is ready does so before the batch leaves: under
/// load the fuller one costs each a smaller share, and without load nobody waits.
async fn gather<T>(queue: &mut mpsc::Receiver<T>, waiting: &mut Vec<T>) -> bool {
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

/// One bad row never fails its batch: the others are done one by one.
async fn write_singly<W: Work>(
    database: &Database,
    items: Vec<W::Item>,
    callers: Vec<oneshot::Sender<Result<W::Outcome, Failed>>>,
) {
    for (item, caller) in items.into_iter().zip(callers) {
        match W::run(database, &[item]).await {
            Ok(outcomes) => {
                if let Some(outcome) = outcomes.into_iter().next() {
                    let _ = caller.send(Ok(outcome));
                }
            }
            Err(cause) => refuse(W::NAME, &cause, vec![caller]),
        }
    }
}

fn refuse<T>(name: &'static str, cause: &StorageError, callers: Vec<oneshot::Sender<Result<T, Failed>>>) {
    error!(what = name, error = %cause, "an item was refused");
    for caller in callers {
        let _ = caller.send(Err(if cause.is_unavailable() { Failed::Unavailable } else { Failed::Internal }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_is_ready_goes_along() {
        let (sender, mut queue) = mpsc::channel(QUEUE);
        for number in 0..40 {
            let sender = sender.clone();
            tokio::spawn(async move { sender.send(number).await });
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
        for number in 0..BATCH + 1 {
            assert!(sender.try_send(number).is_ok());
        }
        let mut waiting = Vec::new();
        assert!(gather(&mut queue, &mut waiting).await);
        assert_eq!(waiting.len(), BATCH);
    }
}
