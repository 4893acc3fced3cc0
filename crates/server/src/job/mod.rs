//! What is done now and then. Here is only when; what is due, the provider knows.
//!
//! Every instance runs every job. Each is made so that two at once do no harm.

use std::{sync::Arc, time::Duration};

use provider::{Context, Provider, Refusal};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug, info_span, warn};

use crate::location::command_request;

/// One job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Job {
    /// Removes what has ended.
    Sweep,
    /// Rotates signing keys that have signed for long enough.
    RotateKeys,
    /// Delivers what the outbox holds.
    Deliver,
    /// Moves the journal into the audit trail.
    Seal,
    /// Drops months of the audit trail that are older than it is kept.
    Retain,
    /// Tells the audit trail of strangers who were refused.
    TurnedAway,
    /// Keeps histograms of metrics from growing.
    Upkeep,
}

impl Job {
    const ALL: [Self; 7] =
        [Self::Sweep, Self::RotateKeys, Self::Deliver, Self::Seal, Self::Retain, Self::TurnedAway, Self::Upkeep];

    fn name(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::RotateKeys => "rotate-keys",
            Self::Deliver => "deliver",
            Self::Seal => "seal",
            Self::Retain => "retain",
            Self::TurnedAway => "turned-away",
            Self::Upkeep => "upkeep",
        }
    }

    fn every(self) -> Duration {
        match self {
            Self::Sweep => Duration::from_secs(60),
            Self::RotateKeys => Duration::from_secs(3600),
            Self::Deliver => Duration::from_secs(5),
            Self::Seal => Duration::from_millis(500),
            Self::Retain => Duration::from_secs(3600),
            Self::TurnedAway => Duration::from_secs(60),
            Self::Upkeep => Duration::from_secs(5),
        }
    }

    async fn run(
        self,
        context: &Context,
        metrics: &metrics_exporter_prometheus::PrometheusHandle,
    ) -> Result<(), Refusal> {
        match self {
            Self::Sweep => provider::sweep::run(context).await,
            Self::RotateKeys => provider::keys::rotate_due(context).await.map(drop),
            Self::Deliver => {
                provider::delivery::deliver_due(context);
                Ok(())
            }
            Self::Seal => provider::audit::seal::run(context).await.map(drop),
            Self::Retain => provider::audit::retention::run(context).await.map(drop),
            Self::TurnedAway => provider::turned_away::write(context).await,
            Self::Upkeep => {
                metrics.run_upkeep();
                Ok(())
            }
        }
    }
}

/// Runs the jobs until `stop`.
pub fn start(
    provider: &Arc<Provider>,
    metrics: &metrics_exporter_prometheus::PrometheusHandle,
    stop: &CancellationToken,
) {
    for job in Job::ALL {
        let (provider, metrics, stop) = (Arc::clone(provider), metrics.clone(), stop.clone());
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval_at(Instant::now() + offset(job), job.every());
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    _ = ticks.tick() => {}
                }
                let context = provider.begin(command_request());
                let span = info_span!("job", name = job.name(), id = %context.request.id);
                match job.run(&context, &metrics).instrument(span).await {
                    Ok(()) => debug!(job = job.name(), "done"),
                    Err(refusal) => {
                        warn!(job = job.name(), reason = refusal.reason(), ?refusal, "a job failed; it is tried again")
                    }
                }
            }
        });
    }
}

/// Instances that start together do not sweep together.
fn offset(job: Job) -> Duration {
    let [random] = storage::sealed::random::<1>();
    job.every().mul_f64(0.1 + f64::from(random) / 512.0)
}
