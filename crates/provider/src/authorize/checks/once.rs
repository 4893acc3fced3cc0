//! Each known parameter at most once (RFC 6749 section 3.1). `resource` alone may be repeated.

use super::super::Draft;
use crate::refusal::Refusal;

/// `client_id` and `redirect_uri`: without them nobody can be told but the person.
pub(in super::super) fn redirect_parameters(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    Ok(draft.sent.ensure_redirect_parameters_once()?)
}

/// All others.
pub(in super::super) fn every_parameter(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    Ok(draft.sent.ensure_parameters_once()?)
}
