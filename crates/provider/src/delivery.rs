//! Deliveries that follow from a decision: logout notices and mail, through one machine.
//!
//! What is to be delivered was written to the outbox in the transaction that decided it. It is delivered afterwards, by
//! whichever instance takes it, a bounded number of times; nobody waits for it. Each kind has a courier of its own, so
//! that a mail host that hangs delays no logout.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, stream};
use storage::{
    StorageError,
    outbox::{self, Delivery},
};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tracing::{info, warn};

use crate::{Context, Provider, RequestInfo, logout::back_channel, mail, refusal::Refusal};

/// How long to wait after each attempt that failed. After the last one it is given up.
const BACKOFF: [Duration; 6] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(6 * 60 * 60),
];
/// For how long an instance has what it took for itself. Longer than the attempts of a batch can last.
const LEASE: Duration = Duration::from_secs(60);
/// How many are on their way at the same time.
const PARALLEL: usize = 8;

/// What is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// That a session has ended, to an app.
    BackChannelLogout,
    /// A mail, to a person.
    Mail,
}

impl Kind {
    const ALL: [Self; 2] = [Self::BackChannelLogout, Self::Mail];

    /// What it is called in the outbox.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::BackChannelLogout => "back_channel_logout",
            Self::Mail => "mail",
        }
    }

    /// How many are taken at once: what is attempted within the lease.
    fn batch(self) -> usize {
        match self {
            Self::BackChannelLogout => 32,
            Self::Mail => 16,
        }
    }

    /// Whether this instance delivers it. What it does not, it leaves to the others.
    fn is_ours(self, provider: &Provider) -> bool {
        match self {
            Self::BackChannelLogout => true,
            Self::Mail => mail::is_configured(provider),
        }
    }

    /// Makes one attempt.
    async fn deliver(self, context: &Context, delivery: &Delivery) -> Result<(), Failure> {
        match self {
            Self::BackChannelLogout => back_channel::deliver(context, delivery).await.map_err(Failure::Later),
            Self::Mail => mail::deliver::deliver(context, delivery).await,
        }
    }
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It may go better later.
    Later(String),
    /// It never will.
    Never(String),
}

/// Who delivers in this instance: one at a time for each kind, however much there is.
#[derive(Debug, Default)]
pub struct Couriers {
    logout: Courier,
    mail: Courier,
}

impl Couriers {
    fn of(&self, kind: Kind) -> &Courier {
        match kind {
            Kind::BackChannelLogout => &self.logout,
            Kind::Mail => &self.mail,
        }
    }
}

#[derive(Debug, Default)]
struct Courier {
    at_work: Arc<Mutex<()>>,
    called: AtomicBool,
}

impl Courier {
    /// Calls for one more round, and takes it over unless somebody is at work, who will make it.
    fn call(&self) -> Option<OwnedMutexGuard<()>> {
        self.called.store(true, Ordering::SeqCst);
        Arc::clone(&self.at_work).try_lock_owned().ok()
    }
}

/// Delivers what is due of a kind, now and in the background.
pub(crate) fn deliver_soon(context: &Context, kind: Kind) {
    if !kind.is_ours(context.provider()) {
        return;
    }
    let Some(at_work) = context.couriers.of(kind).call() else { return };
    let provider = Arc::clone(context.provider());
    tokio::spawn(async move {
        if let Err(refusal) = work(&provider, kind, at_work).await {
            warn!(?refusal, kind = kind.as_str(), "nothing could be delivered; it stays in the outbox");
        }
    });
}

/// Delivers everything that is due, in the background. Any number of instances may do so at once.
pub fn deliver_due(context: &Context) {
    for kind in Kind::ALL {
        deliver_soon(context, kind);
    }
    context.mailer.tidy();
}

async fn work(provider: &Arc<Provider>, kind: Kind, at_work: OwnedMutexGuard<()>) -> Result<(), Refusal> {
    let courier = provider.couriers.of(kind);
    let mut at_work = Some(at_work);
    while at_work.is_some() {
        while courier.called.swap(false, Ordering::SeqCst) {
            while deliver_batch(provider, kind).await? == kind.batch() {}
        }
        // Who calls between the last look and this moment finds somebody at work: look once more.
        drop(at_work.take());
        if courier.called.load(Ordering::SeqCst) {
            at_work = courier.call();
        }
    }
    Ok(())
}

/// One batch, with a clock of its own: a lease counts from when it is taken. Returns how many were attempted.
async fn deliver_batch(provider: &Arc<Provider>, kind: Kind) -> Result<usize, Refusal> {
    let context = provider.begin(RequestInfo::of_nobody());
    let limit = i64::try_from(kind.batch()).unwrap_or(i64::MAX);
    let due = outbox::claim(&context.database, kind.as_str(), context.now, context.now + LEASE, limit).await?;
    let taken = due.len();
    stream::iter(due).for_each_concurrent(PARALLEL, |delivery| attempt(&context, kind, delivery)).await;
    Ok(taken)
}

/// One attempt, and what follows from it.
async fn attempt(context: &Context, kind: Kind, delivery: Delivery) {
    let outcome = match kind.deliver(context, &delivery).await {
        Ok(()) => done(context, &delivery).await,
        Err(failure) => postpone(context, kind, &delivery, failure).await,
    };
    if let Err(error) = outcome {
        // Its lease runs out, and it is attempted once more.
        warn!(%error, kind = kind.as_str(), delivery = %delivery.id, "the outcome of a delivery could not be noted");
    }
}

/// Notes that a delivery was made, and not too impatiently: one that is forgotten is made twice.
async fn done(context: &Context, delivery: &Delivery) -> Result<(), StorageError> {
    for _ in 0..2 {
        match outbox::done(&context.database, delivery.id).await {
            Err(error) if error.is_unavailable() => {}
            outcome => return outcome,
        }
    }
    outbox::done(&context.database, delivery.id).await
}

/// After a failure: later again, or never.
async fn postpone(context: &Context, kind: Kind, delivery: &Delivery, failure: Failure) -> Result<(), StorageError> {
    let attempts = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
    let (wait, reason) = match failure {
        Failure::Later(reason) => (attempts.checked_sub(1).and_then(|failed| BACKOFF.get(failed)), reason),
        Failure::Never(reason) => (None, reason),
    };
    let kind = kind.as_str();
    match wait {
        Some(wait) => {
            info!(kind, delivery = %delivery.id, attempts, reason, "a delivery failed; later again");
            outbox::retry(&context.database, delivery.id, delivery.attempts, context.now + *wait).await
        }
        None => {
            warn!(kind, delivery = %delivery.id, attempts, reason, "a delivery failed; given up");
            metrics::counter!("chancery_deliveries_given_up_total", "kind" => kind).increment(1);
            outbox::give_up(&context.database, delivery.id, context.now).await
        }
    }
}
