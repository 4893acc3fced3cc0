//! The `claims` parameter (OpenID Connect Core section 5.5), and what it demands of the sign-in.

use protocol::{claims::ClaimRequest, error::ErrorCode};
use serde_json::Value;

use super::super::Draft;
use crate::{refusal::Refusal, sign_in};

/// It is a JSON object of the right shape.
pub(in super::super) fn parse(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.claims = draft.sent.parsed_claims()?;
    Ok(())
}

/// An essential `acr` names a value that can be reached here. `acr_values` are wishes and never an error.
pub(in super::super) fn acr(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(request) = draft.claims.id_token.get("acr").filter(|request| request.essential && is_limited(request))
    else {
        return Ok(());
    };
    let reachable: Vec<String> = sign_in::ACR_VALUES
        .iter()
        .filter(|acr| request.accepts(&Value::from(**acr)))
        .map(|acr| (*acr).to_owned())
        .collect();
    if reachable.is_empty() {
        return Err(Refusal::new(
            ErrorCode::UnmetAuthenticationRequirements,
            "None of the essential acr values can be reached here",
            "acr_unreachable",
        ));
    }
    draft.acr = Some(reachable);
    Ok(())
}

/// A `sub` with a value says who must be signed in (section 5.5.1).
pub(in super::super) fn sub(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(request) = draft.claims.id_token.get("sub").filter(|request| is_limited(request)) else {
        return Ok(());
    };
    let listed = request.value.iter().chain(request.values.iter().flatten());
    let subjects = listed.filter_map(Value::as_str).map(str::to_owned).collect();
    draft.only_subjects(subjects);
    Ok(())
}

fn is_limited(request: &ClaimRequest) -> bool {
    request.value.is_some() || request.values.is_some()
}
