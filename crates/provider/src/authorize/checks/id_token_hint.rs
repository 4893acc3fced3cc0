//! `id_token_hint`: who the client thinks is signed in.

use protocol::error::ErrorCode;

use super::super::Draft;
use crate::{id_token_hint, refusal::Refusal};

/// The hint is an ID token that was issued to this client, perhaps long ago; its subject must be the one who is
/// signed in.
pub(in super::super) fn subject(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(hint) = draft.sent.id_token_hint.as_deref() else { return Ok(()) };
    let claims = id_token_hint::verify(draft.context, hint)?;
    if !claims.aud.contains(&draft.client()?.client_id) {
        let description = "The id_token_hint was issued to another client";
        return Err(Refusal::new(ErrorCode::InvalidRequest, description, "id_token_hint_foreign"));
    }
    draft.only_subjects(vec![claims.sub]);
    Ok(())
}
