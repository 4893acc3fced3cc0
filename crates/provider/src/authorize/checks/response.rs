//! What comes back, and how.

use protocol::{authorization::RESPONSE_TYPE_CODE, error::ErrorCode};

use super::super::Draft;
use crate::refusal::Refusal;

/// `response_mode` is one of ours. Where it is not, the error travels in the query.
pub(in super::super) fn mode(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.mode = draft.sent.parsed_response_mode()?;
    Ok(())
}

/// `response_type` is `code`.
pub(in super::super) fn type_(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    match draft.sent.response_type.as_deref() {
        Some(RESPONSE_TYPE_CODE) => Ok(()),
        Some(_) => Err(Refusal::new(
            ErrorCode::UnsupportedResponseType,
            "The only response_type is code",
            "response_type_unsupported",
        )),
        None => Err(Refusal::new(ErrorCode::InvalidRequest, "response_type is missing", "response_type_missing")),
    }
}
