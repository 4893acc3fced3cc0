//! Logs on standard error and metrics for Prometheus. Secrets reach neither.

use std::io;

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    config::{Config, setting::LogFormat},
    output,
    span_fields::SpanFields,
};

/// Seconds: from a cached answer to a request that hangs.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];

/// What others say too often: that a browser came with a cookie of a session that is gone. A directive of the
/// configuration for the same target has the last word.
const QUIET: &str = "tower_sessions=error,tower_sessions_core=error";

/// Starts logging as the configuration says.
///
/// # Errors
/// When the filter cannot be parsed.
pub fn start(config: &Config) -> anyhow::Result<()> {
    let telemetry = &config.telemetry;
    let filter = EnvFilter::try_new(format!("{QUIET},{}", telemetry.filter))
        .map_err(|error| config.error("telemetry.filter", error))?;
    let registry = tracing_subscriber::registry().with(filter);
    match telemetry.format {
        LogFormat::Json => {
            let format = fmt::format().json().flatten_event(true).with_span_list(false);
            let layer = fmt::layer().fmt_fields(SpanFields).event_format(format).with_writer(io::stderr);
            registry.with(layer).try_init()
        }
        LogFormat::Human => {
            let layer = fmt::layer()
                .compact()
                .with_target(false)
                .with_ansi(output::wants_color(&io::stderr()))
                .with_writer(io::stderr);
            registry.with(layer).try_init()
        }
    }
    .context("cannot start logging")?;
    log_panics();
    Ok(())
}

/// A panic becomes one line of the log, in its form.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or_default();
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let backtrace = std::backtrace::Backtrace::capture();
        tracing::error!(%backtrace, "panicked at {place}: {text}");
    }));
}

/// Starts counting.
///
/// # Errors
/// When something else counts already.
pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new().set_buckets(&BUCKETS)?.install_recorder()?;
    metrics::describe_counter!("chancery_http_requests_total", "Requests by route, method and status");
    metrics::describe_histogram!("chancery_http_request_seconds", "How long requests took, by route");
    metrics::describe_gauge!("chancery_pulse_age_seconds", "How long ago what is remembered was confirmed");
    metrics::describe_gauge!("chancery_clock_skew_seconds", "How far this clock is ahead of the database's");
    metrics::describe_gauge!("chancery_database_connections", "Open connections to the database, by state");
    metrics::describe_gauge!("chancery_revocations", "Withdrawn grants and tokens that are remembered");
    metrics::describe_gauge!("chancery_hashing_waiting", "Passwords that wait to be hashed");
    metrics::describe_counter!("chancery_hashing_refused_total", "Sign-ins that were answered with 503");
    metrics::describe_histogram!("chancery_hashing_seconds", "How long one password took to hash");
    metrics::describe_counter!("chancery_swept_total", "Rows that were removed after their end, by table");
    metrics::gauge!("chancery_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}
