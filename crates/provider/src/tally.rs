//! Counts and logs what was issued and refused, with labels of a bounded set.

use tracing::{debug, error, info, warn};

use crate::{Context, refusal::Refusal};

/// A token of a grant was issued.
pub(crate) fn issued(grant: &'static str) {
    metrics::counter!("chancery_tokens_issued_total", "grant" => grant).increment(1);
}

/// A request was refused at an endpoint.
pub fn refused(endpoint: &'static str, refusal: &Refusal) {
    let error = refusal.public().code.as_str();
    metrics::counter!("chancery_refusals_total", "endpoint" => endpoint, "error" => error).increment(1);
    match refusal {
        Refusal::Refused { reason, .. } => info!(endpoint, error, reason = reason.as_str(), "refused"),
        Refusal::Unavailable { reason, .. } => warn!(endpoint, reason, "cannot answer now"),
        Refusal::Throttled { .. } => info!(endpoint, error, "throttled"),
        Refusal::Internal(reason) => error!(endpoint, reason, "failed"),
    }
}

/// The same where it may have been a stranger: also the audit trail is told, of many at once.
pub fn turned_away(context: &Context, endpoint: &'static str, refusal: &Refusal) {
    refused(endpoint, refusal);
    context.turned_away.note(endpoint, refusal, context.request.address);
}

/// A question was answered: only its kind is counted.
pub(crate) fn introspected(active: bool) {
    let active = if active { "true" } else { "false" };
    metrics::counter!("chancery_introspections_total", "active" => active).increment(1);
    debug!(active, "introspected");
}

/// A request came without any credentials, which is how some clients ask what is needed.
pub fn unauthenticated(endpoint: &'static str) {
    metrics::counter!("chancery_refusals_total", "endpoint" => endpoint, "error" => "none").increment(1);
}
