//! `/language`: the person chooses the language of the pages, and this browser remembers it.
//!
//! The choice wins over `Accept-Language`. It does not win over an application that asks for a language
//! (`ui_locales`); there, the pages offer no choice.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use messages::Locale;
use provider::Issuer;
use time::Duration;
use url::Url;

use super::{form::OwnForm, view::Problem, visit::Pages};
use crate::{extract::browser, paths, state::App};

const NAME: &str = "chancery-language";
const REMEMBERED: Duration = Duration::days(365);

/// What the cookie is called that remembers it.
pub(crate) fn cookie_name(issuer: &Issuer) -> String {
    browser::cookie_name(issuer, NAME)
}

/// The language that was chosen in this browser. Only our own tags are believed.
fn chosen(headers: &HeaderMap, app: &App) -> Option<Locale> {
    CookieJar::from_headers(headers).get(&app.language_cookie).and_then(|cookie| Locale::tagged(cookie.value()))
}

/// The language that this browser reads best: the one that was chosen here, else the first that it accepts.
#[must_use]
pub fn preferred(headers: &HeaderMap, app: &App) -> Option<Locale> {
    let accepted = || Locale::accepted(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?);
    chosen(headers, app).or_else(accepted)
}

/// `POST /language`: remembers `language`, and goes back to where the form stood.
pub async fn post(State(app): State<App>, pages: Pages, form: Result<OwnForm, Response>) -> Response {
    let form = match form {
        Ok(form) => form,
        Err(response) => return response,
    };
    let (Ok(language), Ok(back)) = (form.field("language"), form.field("back")) else {
        return pages.problem(Problem::InvalidRequest);
    };
    let Some(language) = language.and_then(Locale::tagged) else { return pages.problem(Problem::InvalidRequest) };
    let issuer = &app.provider.settings.issuer;
    let home = pages.path(paths::HOME);
    let back = back.and_then(|back| below(issuer, back)).unwrap_or(home);
    let mut response = pages.see_other(&back);
    let cookie = Cookie::build((app.language_cookie.clone(), language.tag()))
        .path("/")
        .http_only(true)
        .secure(issuer.is_https())
        .same_site(SameSite::Lax)
        .max_age(REMEMBERED)
        .build();
    match HeaderValue::from_str(&cookie.to_string()) {
        Ok(cookie) => {
            response.headers_mut().append(header::SET_COOKIE, cookie);
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// An address as path and query, when it is one of ours: below the issuer, as a browser would read it. What it takes
/// for another host (`//host`, `/\\host`, a tab between the slashes) is not.
fn below(issuer: &Issuer, address: &str) -> Option<String> {
    if !address.starts_with('/') {
        return None;
    }
    let own = Url::parse(issuer.as_str()).ok()?;
    let url = own.join(address).ok()?;
    let path = url.path();
    let is_ours = path.strip_prefix(issuer.path()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if url.origin() != own.origin() || path.starts_with("//") || !is_ours {
        return None;
    }
    Some(match url.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_ours() {
        let issuer = Issuer::parse("https://id.test").expect("an issuer");
        for ours in ["/", "/login?request=abc", "/consent", "/oauth2/authorize?redirect_uri=https%3A%2F%2Fevil.test"] {
            assert_eq!(below(&issuer, ours).as_deref(), Some(ours));
        }
        assert_eq!(below(&issuer, "/a/../login#x").as_deref(), Some("/login"));
        for foreign in [
            "",
            "login",
            "https://evil.test/",
            "//evil.test/",
            "/\\evil.test/",
            "\\\\evil.test",
            "/\t/evil.test",
            "/\n/evil.test",
            "/x/..//evil.test",
            "javascript:alert(1)",
            " //evil.test",
        ] {
            assert_eq!(below(&issuer, foreign), None, "{foreign:?}");
        }
        let tenant = Issuer::parse("https://id.test/a").expect("an issuer");
        assert_eq!(below(&tenant, "/a/login").as_deref(), Some("/a/login"));
        for foreign in ["/login", "/ab", "/a/../b"] {
            assert_eq!(below(&tenant, foreign), None, "{foreign:?}");
        }
    }
}
