//! Parameters that are known but not built: each has an error of its own (OpenID Connect Core section 3.1.2.6).

use protocol::error::ErrorCode;

use super::super::Draft;
use crate::refusal::Refusal;

/// None of `request`, `request_uri` and `registration` was sent.
pub(in super::super) fn absent(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let refused = |code, description, reason| Err(Refusal::new(code, description, reason));
    if draft.sent.request.is_some() {
        return refused(ErrorCode::RequestNotSupported, "request is not supported", "request_unsupported");
    }
    if draft.sent.request_uri.is_some() {
        return refused(ErrorCode::RequestUriNotSupported, "request_uri is not supported", "request_uri_unsupported");
    }
    if draft.sent.registration.is_some() {
        let description = "registration is not supported";
        return refused(ErrorCode::RegistrationNotSupported, description, "registration_unsupported");
    }
    Ok(())
}
