//! What the client wants the person to see. Our pages fit every `display`, so its value is not looked at.

use super::super::Draft;
use crate::refusal::Refusal;

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
