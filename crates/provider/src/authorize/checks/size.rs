//! How large a request may be: it travels through our pages in a URL.

use protocol::error::ErrorCode;

use super::super::Draft;
use crate::refusal::Refusal;

/// The most bytes of a request in the form in which it is sealed. A browser sends the sealed state up to twice, in the
/// address of a page and in its `Referer`, a third longer: 24 KiB of the 32 that the listener takes as a head.
const MOST: usize = 8 * 1024;

/// The request is not too large. Told on a page: a client that sends so much would get the most of it back.
pub(in super::super) fn bounded(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let sealed = serde_json::to_vec(draft.sent)
        .map_err(|error| Refusal::internal(format!("a request has no JSON form: {error}")))?;
    if sealed.len() <= MOST {
        return Ok(());
    }
    let description = "The parameters are larger than 8 KiB together";
    Err(Refusal::new(ErrorCode::InvalidRequest, description, "request_too_large"))
}
