//! Proof Key for Code Exchange (RFC 7636). `plain` is not offered, and what is absent means `plain`.

use protocol::error::ErrorCode;

use super::super::Draft;
use crate::refusal::Refusal;

/// There is a S256 challenge, unless the client may do without.
pub(in super::super) fn challenge(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let challenge = draft.sent.parsed_code_challenge()?;
    if challenge.is_none() && draft.client()?.metadata.pkce_required() {
        let description = "code_challenge is missing; this client must use PKCE";
        return Err(Refusal::new(ErrorCode::InvalidRequest, description, "pkce_missing"));
    }
    draft.code_challenge = challenge;
    Ok(())
}
