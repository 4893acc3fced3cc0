//! ID tokens that come back as hints (OpenID Connect Core section 3.1.2.1, RP-Initiated Logout section 2). They may
//! have expired long ago, as long as the key that signed them is still published.

use jose::{Algorithm, Expect};
use protocol::{claims::IdTokenClaims, error::ErrorCode};

use crate::{Context, refusal::Refusal};

/// The claims of an ID token of ours, however old.
///
/// # Errors
/// `invalid_request` when it is anything else.
pub fn verify(context: &Context, hint: &str) -> Result<IdTokenClaims, Refusal> {
    let refused = |reason| {
        let description = "The id_token_hint is not an ID token of this issuer";
        Refusal::new(ErrorCode::InvalidRequest, description, reason)
    };
    let expect = Expect { typ: &["JWT"], algorithms: Algorithm::SIGNING };
    let verified =
        context.keys.verification().verify(hint, &expect).map_err(|_| refused("id_token_hint_unverified"))?;
    let claims: IdTokenClaims = verified.claims().map_err(|_| refused("id_token_hint_malformed"))?;
    if claims.iss != context.settings.issuer.as_str() {
        return Err(refused("id_token_hint_issuer"));
    }
    Ok(claims)
}
