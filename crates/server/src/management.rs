//! The second listener: is it alive, is it ready, what does it count. Not for the public.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{MatchedPath, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};
use metrics_exporter_prometheus::PrometheusHandle;
use provider::Provider;
use serde::Serialize;
use storage::schema::{self, Schema};
use tokio_util::sync::CancellationToken;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// How far the clock may be off.
const SKEW: time::Duration = time::Duration::SECOND;

/// What the listener looks at.
#[derive(Clone)]
pub struct Management {
    /// The provider whose health is asked for.
    pub provider: Arc<Provider>,
    /// What was counted.
    pub metrics: PrometheusHandle,
    /// When the process stops, it is ready no more.
    pub stop: CancellationToken,
}

/// Whether the instance should get requests, and why not.
#[derive(Debug, Serialize)]
pub struct Readiness {
    /// `ready` or `not ready`.
    pub status: &'static str,
    /// What is wrong, each in one line. Empty when it is ready.
    pub problems: Vec<String>,
}

/// The routes.
pub fn router(management: Management) -> Router {
    Router::new()
        .route("/livez", get(|| async { "alive\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .layer(middleware::from_fn(name_route))
        .with_state(management)
}

/// Tells whoever counts where the request went.
async fn name_route(route: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

async fn readyz(State(management): State<Management>) -> impl IntoResponse {
    let problems = problems(&management).await;
    let (code, status) =
        if problems.is_empty() { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready") };
    (code, [(header::CACHE_CONTROL, "no-store")], Json(Readiness { status, problems }))
}

async fn problems(management: &Management) -> Vec<String> {
    let mut problems = Vec::new();
    if management.stop.is_cancelled() {
        problems.push("stopping".to_owned());
    }
    let provider = &management.provider;
    match tokio::time::timeout(PATIENCE, schema::inspect(&provider.database)).await {
        Ok(Ok(Schema::InRange)) => {}
        Ok(Ok(other)) => problems.push(format!("the schema is out of range: {other:?}")),
        Ok(Err(_)) => problems.push("the database cannot be used".to_owned()),
        Err(_elapsed) => problems.push("the database does not answer".to_owned()),
    }
    if !provider.pulse.is_fresh() {
        problems.push("what is remembered was not confirmed within a second".to_owned());
    }
    let skew = provider.pulse.clock_skew();
    if skew.abs() > SKEW {
        problems.push(format!("the clock is {:.1} s off the database's", skew.as_seconds_f64()));
    }
    if provider.keys.jwks().keys.is_empty() {
        problems.push("there are no signing keys".to_owned());
    }
    problems
}

async fn metrics(State(management): State<Management>) -> impl IntoResponse {
    let provider = &management.provider;
    if let Some(age) = provider.pulse.age() {
        metrics::gauge!("chancery_pulse_age_seconds").set(age.as_secs_f64());
    }
    metrics::gauge!("chancery_clock_skew_seconds").set(provider.pulse.clock_skew().as_seconds_f64());
    let (open, idle) = provider.database.pool_size();
    metrics::gauge!("chancery_database_connections", "state" => "open").set(f64::from(open));
    metrics::gauge!("chancery_database_connections", "state" => "idle").set(idle as f64);
    metrics::gauge!("chancery_revocations").set(provider.revocations.len() as f64);
    metrics::gauge!("chancery_hashing_waiting").set(provider.hashing.waiting() as f64);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], management.metrics.render())
}
