//! Credentials as a request presents them: exactly one method.

use std::fmt;

use jose::client_assertion::CLIENT_ASSERTION_TYPE;
use protocol::{
    basic,
    client_metadata::{AuthMethod, validate_client_id},
    error::{ErrorCode, OAuthError},
    form::Params,
};

/// The parameters that carry credentials: known at every endpoint where clients authenticate.
pub const PARAMETERS: &[&str] = &["client_id", "client_secret", "client_assertion", "client_assertion_type"];

/// Who somebody says that they are, and how they want to prove it.
#[derive(Clone, Debug)]
pub struct PresentedCredentials {
    /// The `client_id`: of the header, of the form, or the assertion's `sub`.
    pub client_id: String,
    /// The proof.
    pub method: Method,
}

/// A proof, not judged yet. `Debug` hides it.
#[derive(Clone)]
pub enum Method {
    /// A secret, and where it was.
    Secret {
        /// `client_secret_basic` or `client_secret_post`.
        method: AuthMethod,
        /// The secret.
        secret: String,
    },
    /// A client assertion (RFC 7523).
    Assertion(String),
    /// None: a public client.
    None,
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret { method, .. } => method.as_str(),
            Self::Assertion(_) => AuthMethod::PrivateKeyJwt.as_str(),
            Self::None => AuthMethod::None.as_str(),
        })
    }
}

impl PresentedCredentials {
    /// Reads the credentials of a request: its `Authorization` header and its form.
    ///
    /// # Errors
    /// `invalid_request` for two methods at once, repeated parameters, an assertion without its type or of another
    /// client than `client_id` names; `invalid_client` for none at all, malformed ones and unknown schemes.
    pub fn parse(authorization: Option<&str>, params: &Params) -> Result<Self, OAuthError> {
        let client_id = params.get_once("client_id")?;
        let secret = params.get_once("client_secret")?;
        let assertion = params.get_once("client_assertion")?;
        let assertion_type = params.get_once("client_assertion_type")?;
        let methods = [authorization.is_some(), secret.is_some(), assertion.or(assertion_type).is_some()];
        if methods.into_iter().filter(|used| *used).count() > 1 {
            return Err(OAuthError::invalid_request("Use one method of client authentication, not several"));
        }
        if let Some(header) = authorization {
            return from_header(header, client_id);
        }
        if assertion.or(assertion_type).is_some() {
            return from_assertion(assertion, assertion_type, client_id);
        }
        let client_id = client_id.ok_or_else(|| invalid_client("The client did not authenticate"))?.to_owned();
        let method = match secret {
            Some(secret) => Method::Secret { method: AuthMethod::ClientSecretPost, secret: secret.to_owned() },
            None => Method::None,
        };
        Ok(Self { client_id, method })
    }
}

fn invalid_client(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, description)
}

fn from_header(header: &str, client_id: Option<&str>) -> Result<PresentedCredentials, OAuthError> {
    let found = basic::parse_authorization(header)?
        .ok_or_else(|| invalid_client("The Authorization header has an unknown scheme"))?;
    if client_id.is_some_and(|client_id| client_id != found.client_id) {
        return Err(OAuthError::invalid_request("client_id is not that of the Authorization header"));
    }
    let method = Method::Secret { method: AuthMethod::ClientSecretBasic, secret: found.client_secret };
    Ok(PresentedCredentials { client_id: found.client_id, method })
}

fn from_assertion(
    assertion: Option<&str>,
    assertion_type: Option<&str>,
    client_id: Option<&str>,
) -> Result<PresentedCredentials, OAuthError> {
    let assertion = assertion.ok_or_else(|| OAuthError::invalid_request("client_assertion is missing"))?;
    let assertion_type =
        assertion_type.ok_or_else(|| OAuthError::invalid_request("client_assertion_type is missing"))?;
    if assertion_type != CLIENT_ASSERTION_TYPE {
        return Err(invalid_client("The client_assertion_type is not supported"));
    }
    let subject =
        jose::assertion_client_id(assertion).map_err(|_| invalid_client("The client_assertion is malformed"))?;
    // JSON can say what no client is called, and what the database does not even take.
    validate_client_id(&subject).map_err(|_| invalid_client("The client_assertion is malformed"))?;
    // RFC 7521 section 4.2: if it is there, it must identify the same client.
    if client_id.is_some_and(|client_id| client_id != subject) {
        return Err(invalid_client("client_id is not that of the client_assertion"));
    }
    Ok(PresentedCredentials { client_id: subject, method: Method::Assertion(assertion.to_owned()) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const BASIC: &str = "Basic c2hvcDpzZWNyZXQ="; // shop:secret

    fn parse(header: Option<&str>, body: &str) -> Result<(String, String), ErrorCode> {
        let params = Params::parse(body.as_bytes()).unwrap();
        let found = PresentedCredentials::parse(header, &params).map_err(|error| error.code)?;
        Ok((found.client_id.clone(), format!("{:?}", found.method)))
    }

    fn ok(client_id: &str, method: &str) -> Result<(String, String), ErrorCode> {
        Ok((client_id.to_owned(), method.to_owned()))
    }

    #[test]
    fn one_method() {
        assert_eq!(parse(Some(BASIC), ""), ok("shop", "client_secret_basic"));
        assert_eq!(parse(Some(BASIC), "client_id=shop"), ok("shop", "client_secret_basic"));
        assert_eq!(parse(None, "client_id=shop&client_secret=x"), ok("shop", "client_secret_post"));
        assert_eq!(parse(None, "client_id=shop"), ok("shop", "none"));
        assert_eq!(parse(None, "client_id=shop&client_secret="), ok("shop", "none"));
    }

    #[test]
    fn an_assertion_of_what_no_client_is_called() {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

        let outcome = |name: &str| {
            let payload = serde_json::json!({ "iss": name, "sub": name, "aud": "x", "exp": 1 }).to_string();
            let parts = [r#"{"alg":"ES256"}"#, &payload, "x"].map(|part| URL_SAFE_NO_PAD.encode(part));
            parse(None, &format!("client_assertion_type={CLIENT_ASSERTION_TYPE}&client_assertion={}", parts.join(".")))
        };
        assert_eq!(outcome("shop"), ok("shop", "private_key_jwt"));
        let long = "x".repeat(201);
        for name in ["sh\0p", "\0", "sh op", "sh\u{fc}p", "", "\u{d7ff}", long.as_str()] {
            assert_eq!(outcome(name), Err(ErrorCode::InvalidClient), "{name:?}");
        }
    }

    #[test]
    fn refusals() {
        use ErrorCode::{InvalidClient, InvalidRequest};
        let assertion = format!("client_assertion_type={CLIENT_ASSERTION_TYPE}&client_assertion=x.y.z");
        let both = format!("client_id=shop&client_secret=x&{assertion}");
        for (header, body, code) in [
            (Some(BASIC), "client_secret=x", InvalidRequest),
            (Some(BASIC), "client_id=other", InvalidRequest),
            (Some(BASIC), assertion.as_str(), InvalidRequest),
            (None, both.as_str(), InvalidRequest),
            (None, "client_id=a&client_id=a", InvalidRequest),
            (None, "client_assertion=x.y.z", InvalidRequest),
            (None, "client_assertion_type=x", InvalidRequest),
            (None, "client_assertion_type=x&client_assertion=x.y.z", InvalidClient),
            (None, assertion.as_str(), InvalidClient),
            (None, "", InvalidClient),
            (None, "client_secret=x", InvalidClient),
            (Some("Bearer x"), "client_id=shop", InvalidClient),
            (Some("Basic !"), "", InvalidClient),
        ] {
            assert_eq!(parse(header, body), Err(code), "{header:?} {body}");
        }
    }
}
