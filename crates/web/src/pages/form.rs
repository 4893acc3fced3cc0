//! Forms of our own pages, sent back from our own pages.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use http::{HeaderMap, HeaderName, header};
use protocol::{OAuthError, Params};
use provider::factors::passkey::Answer;

use super::{view::Problem, visit::Pages};
use crate::{extract::Form, state::App};

/// The fields of a form that came from a page of this server.
///
/// That is the first of two guards against forged forms; the second is the sealed state inside of each, which is
/// bound to the browser's cookie.
#[derive(Clone, Debug)]
pub struct OwnForm(pub Params);

impl FromRequest<App> for OwnForm {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let pages = Pages::from_request_parts(&mut parts, app).await.unwrap_or_else(|never| match never {});
        if is_foreign(&parts.headers, &app.provider.settings.issuer.origin()) {
            return Err(pages.problem(Problem::Forged));
        }
        let form = Form::read(&parts.headers, body).await.map_err(|unreadable| pages.unreadable(&unreadable))?;
        Ok(Self(form.0))
    }
}

impl OwnForm {
    /// A field that may be sent once; empty counts as absent.
    ///
    /// # Errors
    /// `invalid_request` when it was sent more than once.
    pub fn field(&self, name: &str) -> Result<Option<&str>, OAuthError> {
        self.0.get_once(name)
    }
}

/// Passkeys in forms.
impl OwnForm {
    /// What the browser answered when it was asked for a passkey.
    ///
    /// # Errors
    /// `invalid_request` when a field was sent more than once.
    pub fn passkey(&self) -> Result<Option<Answer<'_>>, OAuthError> {
        let (sealed, response) = (self.field("state")?, self.field("response")?);
        Ok(sealed.zip(response).map(|(sealed, response)| Answer { sealed, response }))
    }

    /// Whether the browser says that its device could keep a passkey.
    ///
    /// # Errors
    /// `invalid_request` when the field was sent more than once.
    pub fn keeps_passkeys(&self) -> Result<bool, OAuthError> {
        Ok(self.field("passkeys")? == Some("yes"))
    }
}

/// Whether a browser says that a form comes from another site. `Sec-Fetch-Site` cannot be forged by a page; where
/// it is missing, as in older browsers, `Origin` says the same. Programs send neither.
fn is_foreign(headers: &HeaderMap, own_origin: &str) -> bool {
    const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    match (headers.get(SEC_FETCH_SITE), headers.get(header::ORIGIN)) {
        (Some(site), _) => !matches!(site.as_bytes(), b"same-origin" | b"none"),
        (None, Some(origin)) => origin.as_bytes() != own_origin.as_bytes(),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), http::HeaderValue::from_static(value)))
            .collect();
        is_foreign(&headers, "https://id.test")
    }

    #[test]
    fn forms_of_other_sites_are_told_apart() {
        let own = ("origin", "https://id.test");
        assert!(!foreign(&[]));
        assert!(!foreign(&[own]));
        assert!(!foreign(&[("sec-fetch-site", "same-origin"), own]));
        assert!(!foreign(&[("sec-fetch-site", "none")]));
        assert!(foreign(&[("sec-fetch-site", "cross-site"), own]));
        assert!(foreign(&[("sec-fetch-site", "same-site"), own]));
        for origin in ["https://evil.test", "null", "http://id.test", "https://id.test:444", "https://id.test/"] {
            assert!(foreign(&[("origin", origin)]), "{origin}");
        }
    }
}
