//! The checks of a token response (OpenID Connect Core, sections 3.1.3.7 and 12.2).

use openidconnect::{AccessTokenHash, Nonce, OAuth2TokenResponse, TokenResponse, core::CoreTokenResponse};

use super::{Issuer, RpError, Tokens, error::unacceptable};

/// Which nonce the ID token must show.
pub(super) enum ExpectedNonce<'a> {
    Exactly(&'a str),
    /// A refreshed ID token need not repeat the nonce (OpenID Connect Core, section 12.2).
    AbsentOr(&'a str),
}

impl Issuer {
    /// The tokens of the response, if the ID token was made by this issuer, for this client
    /// and this sign-in, and together with this access token.
    pub(super) fn verify(&self, response: &CoreTokenResponse, nonce: &ExpectedNonce<'_>) -> Result<Tokens, RpError> {
        let missing = || RpError::Unacceptable("the answer holds no ID token".to_owned());
        let id_token = response.id_token().ok_or_else(missing)?;
        let verifier = self.client.id_token_verifier();
        let check = |found: Option<&Nonce>| match (nonce, found) {
            (ExpectedNonce::AbsentOr(_), None) => Ok(()),
            (ExpectedNonce::Exactly(it) | ExpectedNonce::AbsentOr(it), Some(found)) if found.secret() == it => Ok(()),
            _ => Err("the nonce is not the one that was sent".to_owned()),
        };
        let claims = id_token.claims(&verifier, check).map_err(unacceptable)?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = id_token.signing_alg().map_err(unacceptable)?;
            let key = id_token.signing_key(&verifier).map_err(unacceptable)?;
            let found = AccessTokenHash::from_token(response.access_token(), algorithm, key).map_err(unacceptable)?;
            if found != *expected {
                let text = "at_hash does not belong to the access token".to_owned();
                return Err(RpError::Unacceptable(text));
            }
        }
        Ok(Tokens {
            id_token: id_token.to_string(),
            access_token: response.access_token().secret().clone(),
            refresh_token: rotated(response),
            subject: claims.subject().as_str().to_owned(),
        })
    }
}

/// The refresh token of the response, if there is one.
pub(super) fn rotated(response: &CoreTokenResponse) -> Option<String> {
    response.refresh_token().map(|token| token.secret().clone())
}
