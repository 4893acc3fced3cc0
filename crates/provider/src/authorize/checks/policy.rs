//! How strongly the person must sign in: by policy, and by the client's wish.

use futures_util::{FutureExt, future::BoxFuture};
use protocol::Acr;

use super::super::Draft;
use crate::refusal::Refusal;

/// `acr_values`, or the client's registered ones: wishes. What nobody can reach here is passed over.
pub(in super::super) fn acr_values(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let client = std::sync::Arc::clone(draft.client()?);
    draft.need.preferred = match draft.sent.acr_values {
        Some(_) => draft.sent.acr_values().filter_map(Acr::parse).collect(),
        None => client.metadata.default_acr_values.iter().filter_map(|acr| Acr::parse(acr)).collect(),
    };
    Ok(())
}

/// What the server, the client, each scope, and the essential `acr` of the request ask for: the strongest of them.
pub(in super::super) fn required<'a>(draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<(), Refusal>> {
    async {
        let client = std::sync::Arc::clone(draft.client()?);
        let mut required = draft.context.settings.sign_in.required_acr;
        required = required.max(client.metadata.required_acr.unwrap_or_default());
        required = required.max(draft.essential.iter().flatten().copied().min().unwrap_or_default());
        let pairs = draft.resolved.as_ref().map(|resolved| resolved.pairs.clone()).unwrap_or_default();
        for identifier in pairs.resources() {
            let Some(resource) = draft.context.resource(identifier).await? else { continue };
            for scope in pairs.for_resource(identifier).iter() {
                required = required.max(resource.scope_acr.get(scope).copied().unwrap_or_default());
            }
        }
        draft.need.required = required;
        Ok(())
    }
    .boxed()
}
