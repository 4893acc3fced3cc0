//! What is asked for: scopes, each at the API that it belongs to.

use futures_util::{FutureExt, future::BoxFuture};
use protocol::resource;

use super::super::Draft;
use crate::{refusal::Refusal, scope_resolution};

/// Every scope is the client's and belongs to the issuer or to an API that the client may ask for.
pub(in super::super) fn resolve<'a>(draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<(), Refusal>> {
    async {
        let scope = draft.sent.parsed_scope()?;
        let resources =
            resource::distinct(draft.sent.resource.iter().map(String::as_str)).map_err(protocol::OAuthError::from)?;
        let client = std::sync::Arc::clone(draft.client()?);
        let resolved = scope_resolution::resolve(draft.context, &client, scope.as_ref(), &resources).await?;
        draft.resolved = Some(resolved);
        Ok(())
    }
    .boxed()
}
