//! What the client wants the person to see.

use protocol::error::ErrorCode;

use super::super::Draft;
use crate::refusal::Refusal;

/// The values of `display` (OpenID Connect Core section 3.1.2.1). Our pages fit all of them.
const DISPLAYS: &[&str] = &["page", "popup", "touch", "wap"];

/// `prompt` has known values that go together.
pub(in super::super) fn prompts(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.prompts = draft.sent.prompts()?;
    Ok(())
}

/// `max_age` is a number of seconds; the client's registered one where there is none.
pub(in super::super) fn max_age(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let registered = draft.client()?.metadata.default_max_age;
    draft.max_age = draft.sent.parsed_max_age()?.or(registered);
    Ok(())
}

/// `display` is one of the defined values.
pub(in super::super) fn display(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    match draft.sent.display.as_deref() {
        Some(display) if !DISPLAYS.contains(&display) => {
            Err(Refusal::new(ErrorCode::InvalidRequest, "display has an unknown value", "display_unknown"))
        }
        _ => Ok(()),
    }
}
