//! The `claims` parameter (OpenID Connect Core section 5.5), and what it demands of the sign-in.

use protocol::{Acr, authorization::AuthorizationRequest, claims::ClaimRequest, error::ErrorCode};
use serde_json::Value;

use super::super::Draft;
use crate::{refusal::Refusal, tokens::person};

/// The most languages that are looked at, and the longest tag (BCP 47 section 4.4.1).
const MOST_LOCALES: usize = 10;
const LONGEST_TAG: usize = 35;

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
    let accepted = |acr: &Acr| request.accepts(&Value::from(acr.as_str()));
    let reachable: Vec<Acr> = Acr::ALL.iter().copied().filter(accepted).collect();
    if reachable.is_empty() {
        return Err(Refusal::new(
            ErrorCode::UnmetAuthenticationRequirements,
            "None of the essential acr values can be reached here",
            "acr_unreachable",
        ));
    }
    draft.essential = Some(reachable);
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

/// Claims that the client may not learn are left out, as those are that nobody knows (section 5.5.1: to ask for a
/// claim is no reason to refuse).
pub(in super::super) fn of_the_client(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let client = std::sync::Arc::clone(draft.client()?);
    draft.claims.retain(|name| person::may_learn(&client, name));
    Ok(())
}

/// `claims_locales` (section 5.2): the tags that look like some, the best first.
pub(in super::super) fn locales(sent: &AuthorizationRequest) -> Vec<String> {
    let is_tag = |tag: &&str| tag.len() <= LONGEST_TAG && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    sent.claims_locales().filter(is_tag).take(MOST_LOCALES).map(str::to_owned).collect()
}

fn is_limited(request: &ClaimRequest) -> bool {
    request.value.is_some() || request.values.is_some()
}
