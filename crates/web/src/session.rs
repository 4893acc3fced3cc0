//! The browser's session: tower-sessions over our own tables.
//!
//! What the cookie stands for is read with one statement and never written through the session: signing in and
//! out write themselves, in their own transactions (`provider::sessions`). All that the session does then is to
//! tell the browser its new cookie. So nothing can fail to be saved after the answer was made, and anonymous
//! visitors leave no row.

use std::sync::Arc;

use async_trait::async_trait;
use axum::response::Response;
use http::{HeaderValue, header, header::Entry};
use provider::{
    Provider, Refusal,
    sessions::{CookieId, Found, SignedIn},
};
use serde_json::Value;
use time::OffsetDateTime;
use tower_sessions::{
    Expiry, Session, SessionManagerLayer, SessionStore,
    cookie::SameSite,
    session::{Id, Record},
    session_store::{Error, Result},
};

use crate::{
    extract::{Call, browser::cookie_name},
    state::App,
};

const NAME: &str = "chancery-session";
/// What the cookie stands for, as it was read.
const FOUND: &str = "found";
/// The id under which a sign-in was stored a moment ago.
const STORED_AS: &str = "stored_as";

/// Gives every handler below it a [`Session`].
pub fn layer(app: &App) -> SessionManagerLayer<Store> {
    let issuer = &app.provider.settings.issuer;
    SessionManagerLayer::new(Store(Arc::clone(&app.provider)))
        .with_name(cookie_name(issuer, NAME))
        .with_path("/")
        .with_http_only(true)
        .with_secure(issuer.is_https())
        // Lax: applications send their people here from other sites.
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnSessionEnd)
}

/// Makes removals of `__Host-` cookies complete: the middleware writes them without `Secure`, and browsers refuse
/// that.
pub async fn keep_prefix(mut response: Response) -> Response {
    if let Entry::Occupied(mut cookies) = response.headers_mut().entry(header::SET_COOKIE) {
        for cookie in cookies.iter_mut() {
            let Ok(text) = cookie.to_str() else { continue };
            if text.starts_with("__Host-")
                && !text.contains("; Secure")
                && let Ok(complete) = HeaderValue::from_str(&format!("{text}; Secure; HttpOnly; SameSite=Lax"))
            {
                *cookie = complete;
            }
        }
    }
    response
}

/// Reads what a cookie stands for.
#[derive(Clone, Debug)]
pub struct Store(Arc<Provider>);

fn cookie_id(id: Id) -> CookieId {
    CookieId(id.0.to_le_bytes())
}

fn failure(refusal: &Refusal) -> Error {
    Error::Backend(format!("{refusal:?}"))
}

#[async_trait]
impl SessionStore for Store {
    /// The sign-in stored itself already: its id becomes the record's.
    async fn create(&self, record: &mut Record) -> Result<()> {
        let stored_as = record.data.remove(STORED_AS);
        record.id = stored_as
            .as_ref()
            .and_then(Value::as_str)
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| Error::Backend("a session is made by signing in, and by nothing else".to_owned()))?;
        Ok(())
    }

    /// Nothing is ever kept in it.
    async fn save(&self, _: &Record) -> Result<()> {
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = self.0.find_session(cookie_id(*id)).await.map_err(|refusal| failure(&refusal))?;
        // A cookie that stands for nothing is left alone. If there were no record, the middleware would remove the
        // cookie by its name, and a late answer to one tab would take away what a sign-in in another one has set.
        let Some(found) = found else {
            return Ok(Some(Record { id: *id, data: Default::default(), expiry_date: OffsetDateTime::UNIX_EPOCH }));
        };
        let expiry_date = found.expires_at;
        let found = serde_json::to_value(found).map_err(|error| Error::Encode(error.to_string()))?;
        Ok(Some(Record { id: *id, data: [(FOUND.to_owned(), found)].into(), expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.forget_cookie(cookie_id(*id)).await.map_err(|refusal| failure(&refusal))
    }
}

fn unavailable(error: &tower_sessions::session::Error) -> Refusal {
    Refusal::unavailable(format!("the session cannot be read: {error}"))
}

/// Who is signed in in this browser.
///
/// # Errors
/// `Refusal::Unavailable` when it cannot be known.
pub async fn signed_in(call: &Call, session: &Session) -> std::result::Result<Option<SignedIn>, Refusal> {
    if session.id().is_none() {
        return Ok(None); // No cookie: nothing to look up.
    }
    let found: Option<Found> = session.get(FOUND).await.map_err(|error| unavailable(&error))?;
    Ok(match found {
        Some(found) => call.signed_in(found).await,
        None => None,
    })
}

/// The cookie that the browser has until now.
#[must_use]
pub fn current_cookie(session: &Session) -> Option<CookieId> {
    session.id().map(cookie_id)
}

/// Gives the browser the cookie under which a sign-in was stored.
///
/// # Errors
/// `Refusal::Unavailable`: the sign-in counts, but this browser does not learn of it.
pub async fn renew_cookie(session: &Session, cookie: CookieId) -> std::result::Result<(), Refusal> {
    let id = Id(i128::from_le_bytes(cookie.0)).to_string();
    session.cycle_id().await.map_err(|error| unavailable(&error))?;
    session.remove_value(FOUND).await.map_err(|error| unavailable(&error))?;
    session.insert(STORED_AS, id).await.map_err(|error| unavailable(&error))
}

/// Takes the cookie away from the browser.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn drop_cookie(session: &Session) -> std::result::Result<(), Refusal> {
    session.flush().await.map_err(|error| unavailable(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn host_cookies_are_removed_as_they_were_set() {
        let mut response = Response::default();
        let cookies = ["__Host-a=; Path=/; Max-Age=0", "__Host-b=1; Secure; Path=/", "c=; Max-Age=0"];
        for cookie in cookies {
            response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        let response = keep_prefix(response).await;
        let found: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().collect();
        let complete = "__Host-a=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(found, [complete, cookies[1], cookies[2]]);
    }
}
