//! How large a request may be: its parameters travel through our pages in a URL.

use super::super::Draft;
use crate::refusal::Refusal;

/// The most bytes of all known parameters together.
const MOST: usize = 12 * 1024;

/// The request is not too large.
pub(in super::super) fn bounded(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.sent.size() <= MOST {
        return Ok(());
    }
    Err(Refusal::new(
        protocol::error::ErrorCode::InvalidRequest,
        "The parameters are larger than 12 KiB together",
        "request_too_large",
    ))
}
