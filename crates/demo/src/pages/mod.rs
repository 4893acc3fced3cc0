//! The pages of the app, and what every page has in common.

mod error;
mod home;
mod sign_in;
mod sign_out;
mod steps;

use askama::Template;
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use crate::{
    DemoConfig,
    state::SharedState,
    view::{CSS, ICON},
};

pub(crate) use error::PageError;

/// Every route of the app.
pub(crate) fn routes(state: &SharedState) -> Router<SharedState> {
    let pages = Router::new()
        .route("/", get(home::home))
        .route("/sign-in", get(sign_in::begin))
        .route("/callback", get(sign_in::callback))
        .route("/refresh", post(steps::refresh))
        .route("/call", post(steps::call))
        .route("/exchange", post(steps::exchange))
        .route("/introspect", post(steps::introspect))
        .route("/revoke", post(steps::revoke))
        .route("/sign-out", post(sign_out::begin))
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::wrong_method)
        .layer(middleware::from_fn_with_state(state.clone(), one_host))
        .layer(middleware::from_fn_with_state(state.clone(), page_headers));
    Router::new()
        .route("/backchannel-logout", post(sign_out::back_channel))
        .route("/demo.css", get(stylesheet))
        .route("/icon.svg", get(icon))
        .merge(pages)
}

/// The name of the session cookie. Cookies do not know ports: the issuer's has another name.
fn cookie_name(config: &DemoConfig) -> &'static str {
    if is_https(config) { "__Host-demo" } else { "demo" }
}

fn is_https(config: &DemoConfig) -> bool {
    config.public_url.starts_with("https://")
}

/// The id of the browser's session.
fn session_id(config: &DemoConfig, jar: &CookieJar) -> Option<String> {
    jar.get(cookie_name(config)).map(|cookie| cookie.value().to_owned())
}

/// The cookie for a session. `Lax`, because the issuer sends the browser back to us.
fn session_cookie(config: &DemoConfig, id: String) -> Cookie<'static> {
    Cookie::build((cookie_name(config), id))
        .path("/")
        .http_only(true)
        .secure(is_https(config))
        .same_site(SameSite::Lax)
        .build()
}

/// Writes a page down.
fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page of the demo cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Sends a browser that came under another name (`127.0.0.1`) to where its cookies are good.
/// This also keeps the page from strangers who point their own name at this machine.
async fn one_host(State(state): State<SharedState>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let wanted = state.config.public_url.split_once("://").map(|(_, host)| host);
    if host.is_none() || host == wanted {
        return next.run(request).await;
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    match format!("{}{path}", state.config.public_url).parse::<Uri>() {
        Ok(uri) => Redirect::temporary(&uri.to_string()).into_response(),
        Err(_) => StatusCode::MISDIRECTED_REQUEST.into_response(),
    }
}

/// No script, no inline style, nothing from elsewhere, no frame around it, no copy of it.
async fn page_headers(State(state): State<SharedState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    // Browsers check the redirect after a form, too: signing out goes on to the issuer.
    let issuer =
        url::Url::parse(&state.config.issuer).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {issuer}; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let fixed = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

const FOR_GOOD: &str = "public, max-age=31536000, immutable";

async fn stylesheet() -> Response {
    let kind = (header::CONTENT_TYPE, "text/css; charset=utf-8");
    ([kind, (header::CACHE_CONTROL, FOR_GOOD)], CSS).into_response()
}

async fn icon() -> Response {
    let kind = (header::CONTENT_TYPE, "image/svg+xml");
    ([kind, (header::CACHE_CONTROL, "public, max-age=3600")], ICON).into_response()
}
