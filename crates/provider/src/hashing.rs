//! Where passwords are hashed: a few threads of its own, at lower priority, behind a bounded queue.
//!
//! However many people sign in at once, tokens and keys go on being served. What cannot be hashed in time is
//! refused at once with 503, not after a wait that was hopeless from the start.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use credentials::password::{self, Parameters, PasswordError};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;
use tracing::warn;

use crate::{refusal::Refusal, settings::Hashing};

/// The most that may wait, whatever the estimate says: each holds a password in memory.
const MOST_WAITING: usize = 4096;
/// The longest that a refusal is held back for the sake of slower hashes.
const LONGEST_EVENING: Duration = Duration::from_secs(2);
/// How much nicer than the rest of the server a hashing thread is.
const NICENESS: i32 = 5;

/// Says whether it hashed: not, when its caller went away.
type Work = Box<dyn FnOnce(Parameters) -> bool + Send>;

struct Job {
    work: Work,
    deadline: Instant,
}

struct Shared {
    queue: Mutex<Queue>,
    filled: Condvar,
    parameters: Parameters,
    wait: Duration,
    threads: usize,
    /// Microseconds that a hash takes here, smoothed; 0: not measured yet.
    cost: AtomicU64,
    /// Microseconds that it takes to verify a hash that was made elsewhere or otherwise, smoothed; 0: there was none.
    foreign: AtomicU64,
    /// The hash that is verified where there is no person, so that nobody learns it from the time.
    dummy: String,
}

struct Queue {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("no holder of this lock panics")
    }

    /// Whether there is hope for one more behind so many.
    fn judge(&self, waiting: usize) -> Result<(), Refusal> {
        let ahead = u64::try_from(waiting).unwrap_or(u64::MAX);
        let micros = ahead.saturating_mul(self.cost.load(Ordering::Relaxed)) / self.threads as u64;
        if waiting >= MOST_WAITING || Duration::from_micros(micros) > self.wait {
            return Err(too_busy());
        }
        Ok(())
    }
}

/// The pool. Dropping it ends its threads after the hash that they are at.
pub struct HashingPool {
    shared: Arc<Shared>,
}

impl std::fmt::Debug for HashingPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HashingPool").field("threads", &self.shared.threads).field("waiting", &self.waiting()).finish()
    }
}

impl HashingPool {
    /// Starts the threads.
    ///
    /// # Errors
    /// One line for the operator when argon2 does not take the parameters or a thread cannot be started.
    pub fn start(settings: &Hashing) -> Result<Self, String> {
        let parameters =
            Parameters { memory: settings.memory, iterations: settings.iterations, parallelism: settings.parallelism };
        parameters.check().map_err(|error| error.to_string())?;
        let threads = match settings.threads {
            0 => (thread::available_parallelism().map_or(1, usize::from) / 2).max(1),
            threads => threads,
        };
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue { jobs: VecDeque::new(), closed: false }),
            filled: Condvar::new(),
            parameters,
            wait: settings.wait,
            threads,
            cost: AtomicU64::new(0),
            foreign: AtomicU64::new(0),
            dummy: dummy(&parameters),
        });
        for index in 0..threads {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name(format!("hashing-{index}"))
                .spawn(move || work(&shared))
                .map_err(|error| format!("cannot start a hashing thread: {error}"))?;
        }
        Ok(Self { shared })
    }

    /// Hashes a new password: a PHC string.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when it cannot be done in time. What `password::check` would say must have been
    /// asked before: here it is `Refusal::Internal`.
    pub async fn hash(&self, password: SecretString) -> Result<String, Refusal> {
        self.run(move |parameters| password::hash(password.expose_secret(), &parameters)).await?.map_err(refused)
    }

    /// Whether a password is the one that was hashed. Takes as long as a hash with today's parameters at least.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when it cannot be said in time; `Refusal::Internal` when the hash is unusable.
    pub async fn verify(&self, password: SecretString, phc: String) -> Result<bool, Refusal> {
        let shared = Arc::clone(&self.shared);
        self.run(move |today| {
            let begun = Instant::now();
            let outcome = password::verify(password.expose_secret(), &phc);
            password::make_up(password.expose_secret(), &phc, &today);
            if password::is_outdated(&phc, &today) {
                smooth(&shared.foreign, begun.elapsed());
            }
            outcome
        })
        .await?
        .map_err(refused)
    }

    /// Takes as long as `verify`, for a person who does not exist or has no password.
    ///
    /// # Errors
    /// `Refusal::Unavailable`, as `verify` would.
    pub async fn verify_dummy(&self, password: SecretString) -> Result<(), Refusal> {
        self.verify(password, self.shared.dummy.clone()).await.map(drop)
    }

    /// Waits, before a refusal, as long as verifying takes with the hashes that were brought along from elsewhere: those
    /// may be slower than ours, and until their people sign in, nobody is to learn from the time who they are. `begun`
    /// is when `verify` was called.
    pub async fn even_out(&self, begun: Instant) {
        let foreign = Duration::from_micros(self.shared.foreign.load(Ordering::Relaxed)).min(LONGEST_EVENING);
        tokio::time::sleep_until((begun + foreign).into()).await;
    }

    /// Whether a hash was made with other parameters than today's and should be made anew at a sign-in.
    #[must_use]
    pub fn is_outdated(&self, phc: &str) -> bool {
        password::is_outdated(phc, &self.shared.parameters)
    }

    /// How many wait for their turn, for metrics.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.lock().jobs.len()
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(Parameters) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<Result<T, PasswordError>, Refusal> {
        let (done, outcome) = oneshot::channel();
        let deadline = Instant::now() + self.shared.wait;
        self.push(Job {
            deadline,
            work: Box::new(move |parameters| {
                if done.is_closed() {
                    return false;
                }
                let _ = done.send(work(parameters));
                true
            }),
        })?;
        // One that was begun just before its deadline is worth waiting for.
        let patience = self.shared.wait + Duration::from_micros(2 * self.shared.cost.load(Ordering::Relaxed));
        match tokio::time::timeout(patience, outcome).await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(_)) | Err(_) => Err(too_busy()),
        }
    }

    /// Whether one more would have its turn in time: to be asked before anything else is done for whoever signs in, so
    /// that a crowd that cannot be served costs next to nothing.
    ///
    /// # Errors
    /// `Refusal::Unavailable`, as it would be later.
    pub fn admit(&self) -> Result<(), Refusal> {
        self.shared.judge(self.waiting())
    }

    fn push(&self, job: Job) -> Result<(), Refusal> {
        let shared = &self.shared;
        let mut queue = shared.lock();
        shared.judge(queue.jobs.len())?;
        queue.jobs.push_back(job);
        metrics::gauge!("chancery_hashing_waiting").set(queue.jobs.len() as f64);
        drop(queue);
        shared.filled.notify_one();
        Ok(())
    }
}

impl Drop for HashingPool {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.closed = true;
        queue.jobs.clear();
        drop(queue);
        self.shared.filled.notify_all();
    }
}

fn too_busy() -> Refusal {
    metrics::counter!("chancery_hashing_refused_total").increment(1);
    Refusal::unavailable("passwords cannot be hashed in time: too many at once")
}

fn refused(error: PasswordError) -> Refusal {
    match error {
        PasswordError::OutOfMemory => Refusal::unavailable(error.to_string()),
        _ => Refusal::internal(error.to_string()),
    }
}

/// A hash of nothing that anybody knows, with the parameters that new passwords get.
fn dummy(parameters: &Parameters) -> String {
    let Parameters { memory, iterations, parallelism } = parameters;
    // What it costs to verify depends on the parameters alone, so it need not be a real hash of anything.
    format!(
        "$argon2id$v=19$m={memory},t={iterations},p={parallelism}\
         $AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    )
}

fn work(shared: &Shared) {
    lower_priority();
    loop {
        let mut queue = shared.lock();
        let job = loop {
            if queue.closed {
                return;
            }
            match queue.jobs.pop_front() {
                Some(job) => break job,
                None => queue = shared.filled.wait(queue).expect("no holder of this lock panics"),
            }
        };
        metrics::gauge!("chancery_hashing_waiting").set(queue.jobs.len() as f64);
        drop(queue);
        let begun = Instant::now();
        if begun > job.deadline {
            continue; // Dropping the job tells its caller.
        }
        if !(job.work)(shared.parameters) {
            continue;
        }
        smooth(&shared.cost, begun.elapsed());
        metrics::histogram!("chancery_hashing_seconds").record(begun.elapsed().as_secs_f64());
    }
}

/// Lets a measurement count for an eighth.
fn smooth(micros: &AtomicU64, took: Duration) {
    let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let before = micros.load(Ordering::Relaxed);
    let smoothed = if before == 0 { took } else { (before.saturating_mul(7).saturating_add(took)) / 8 };
    micros.store(smoothed, Ordering::Relaxed);
}

/// Lets everything else in the server go first. Linux keeps this per thread.
fn lower_priority() {
    #[allow(unsafe_code, reason = "a system call without pointers")]
    // SAFETY: takes and returns integers; 0 means the calling thread.
    let outcome = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICENESS) };
    if outcome != 0 {
        warn!(error = %std::io::Error::last_os_error(), "cannot lower the priority of a hashing thread");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn pool(wait: Duration) -> HashingPool {
        let settings = Hashing { memory: 64, iterations: 1, parallelism: 1, threads: 1, wait };
        HashingPool::start(&settings).unwrap()
    }

    #[tokio::test]
    async fn hashes_and_verifies() {
        let pool = pool(Duration::from_secs(10));
        let phc = pool.hash("correct horse".into()).await.unwrap();
        assert!(pool.verify("correct horse".into(), phc.clone()).await.unwrap());
        assert!(!pool.verify("another horse".into(), phc.clone()).await.unwrap());
        assert!(!pool.is_outdated(&phc));
        pool.verify_dummy("correct horse".into()).await.unwrap();
        assert!(password::check_hash(&pool.shared.dummy).is_ok(), "the dummy costs what a real hash costs");
    }

    #[tokio::test]
    async fn refuses_what_cannot_be_done_in_time() {
        let pool = pool(Duration::from_millis(100));
        let (open, gate) = std::sync::mpsc::channel::<()>();
        pool.push(Job {
            deadline: Instant::now() + Duration::from_secs(60),
            work: Box::new(move |_| gate.recv().is_ok()),
        })
        .unwrap();
        // The only thread is held up, so this waits until its deadline.
        let refusal = pool.hash("correct horse".into()).await.unwrap_err();
        assert_eq!(refusal.reason(), "unavailable");
        // The queue is so long already that waiting is hopeless: refused at once.
        pool.shared.cost.store(1_000_000, Ordering::Relaxed);
        let refusal = pool.hash("correct horse".into()).await.unwrap_err();
        assert_eq!(refusal.reason(), "unavailable");
        drop(open);
    }

    #[test]
    fn bad_parameters_are_named() {
        let settings = Hashing { memory: 1, ..Hashing::default() };
        assert!(HashingPool::start(&settings).is_err());
    }
}
