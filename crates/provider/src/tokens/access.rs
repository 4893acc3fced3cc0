//! Reading our own access tokens: introspection, userinfo, revocation and exchange all judge them here.

use jose::{Expect, VerifyError};
use protocol::claims::AccessTokenClaims;
use uuid::Uuid;

use crate::{Context, keys, refusal::Refusal, tokens::mint::ACCESS_TOKEN_TYP};

/// Why a token does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not an access token that this server signed with a key that still counts.
    #[error("not an access token of this server: {0}")]
    Foreign(#[from] VerifyError),
    /// Of another issuer, though under our key.
    #[error("of another issuer")]
    Issuer,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// It was withdrawn, or something that it depends on.
    #[error("withdrawn")]
    Revoked,
}

impl Fault {
    /// The typed reason, for logs and the audit trail.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Foreign(VerifyError::Type) => "token_type_mismatch",
            Self::Foreign(VerifyError::UnknownKey) => "token_key_unknown",
            Self::Foreign(VerifyError::Signature) => "token_signature_wrong",
            Self::Foreign(_) => "token_malformed",
            Self::Issuer => "token_issuer_mismatch",
            Self::Expired => "token_expired",
            Self::Revoked => "token_revoked",
        }
    }
}

/// The claims of an access token of ours that has not expired. Whether it was withdrawn is not asked.
///
/// # Errors
/// `Fault`.
pub fn verify(context: &Context, token: &str) -> Result<AccessTokenClaims, Fault> {
    let expect = Expect { typ: &[ACCESS_TOKEN_TYP], algorithms: &keys::ALGORITHMS };
    let verification = context.keys.verification();
    let digest = storage::sealed::sha256(token.as_bytes());
    let known = context.verified_tokens.contains(&digest);
    let verified =
        if known { verification.verify_again(token, &expect)? } else { verification.verify(token, &expect)? };
    let claims: AccessTokenClaims = verified.claims()?;
    if claims.iss != context.settings.issuer.as_str() {
        return Err(Fault::Issuer);
    }
    if claims.exp <= context.now.unix_timestamp() {
        return Err(Fault::Expired);
    }
    if !known {
        context.verified_tokens.insert(&digest, claims.exp);
    }
    Ok(claims)
}

/// The claims of an access token of ours that counts now: genuine, not expired, nothing that it depends on withdrawn.
///
/// # Errors
/// `Refusal::Unavailable` when it cannot be known.
pub async fn live(context: &Context, token: &str) -> Result<Result<AccessTokenClaims, Fault>, Refusal> {
    let claims = match verify(context, token) {
        Ok(claims) => claims,
        Err(fault) => return Ok(Err(fault)),
    };
    if context.any_revoked(&roots(&claims)).await? {
        return Ok(Err(Fault::Revoked));
    }
    Ok(Ok(claims))
}

/// Every id whose withdrawal ends the token.
#[must_use]
pub fn roots(claims: &AccessTokenClaims) -> Vec<Uuid> {
    let mut ids = Vec::with_capacity(2 + claims.chancery.lineage.len());
    ids.extend([claims.jti, claims.chancery.grant]);
    ids.extend(&claims.chancery.lineage);
    ids
}
