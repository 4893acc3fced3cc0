//! Every route, on one page.

use std::time::Duration;

use axum::{
    Router,
    extract::{MatchedPath, Request},
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use http::{HeaderName, HeaderValue, Method, header};
use provider::id::RequestId;
use tower_http::cors::{Any, CorsLayer};
use tracing::Instrument;

use crate::{App, api, oauth, pages, paths, session};

/// The application: everything below the issuer's path, and the metadata where RFC 8414 wants it.
pub fn router(app: App) -> Router {
    let below = Router::new().merge(machines()).merge(people(&app)).nest(provider::api::PATH, api::router());
    let base = app.base_path().to_owned();
    let routes = if base.is_empty() {
        below
    } else {
        // A nested `/` answers to the path without a slash at its end.
        let home = format!("{base}{}", paths::HOME);
        let to_home = axum::response::Redirect::permanent(&base);
        Router::new().nest(&base, below).route(&home, get(to_home)).merge(well_known_for(&base))
    };
    routes
        .fallback(pages::error::not_found)
        .method_not_allowed_fallback(pages::error::method_not_allowed)
        // RFC 9728 section 3.1: the well-known part comes first, whatever the issuer's path.
        .route(&format!("{}{base}{}", paths::PROTECTED_RESOURCE, provider::api::PATH), get(api::resource_metadata))
        .layer(middleware::from_fn(name_request))
        .with_state(app)
}

/// What programs call. No cookie counts here.
fn machines() -> Router<App> {
    // Section 2 of the design: these answer any origin, without credentials; nothing else does.
    let shared = Router::new()
        .route(paths::OPENID_CONFIGURATION, get(oauth::discovery::metadata))
        .route(paths::OAUTH_METADATA, get(oauth::discovery::metadata))
        .route(paths::JWKS, get(oauth::jwks::jwks))
        .route(paths::TOKEN, post(oauth::token::token))
        .route(paths::REVOKE, post(oauth::revoke::revoke))
        .route(paths::USERINFO, get(oauth::userinfo::get).post(oauth::userinfo::post))
        .method_not_allowed_fallback(pages::error::method_not_allowed)
        .layer(cors());
    shared.route(paths::INTROSPECT, post(oauth::introspect::introspect))
}

/// What browsers open.
fn people(app: &App) -> Router<App> {
    let crowd = middleware::from_fn_with_state(app.clone(), pages::crowd::admit);
    Router::new()
        .route(paths::AUTHORIZE, get(oauth::authorize::get).post(oauth::authorize::post))
        .route(paths::END_SESSION, get(oauth::logout::get).post(oauth::logout::post))
        .route(paths::LOGIN, get(pages::sign_in::login::get).post(pages::sign_in::login::post).layer(crowd))
        .route(paths::VERIFY, get(pages::sign_in::verify::get).post(pages::sign_in::verify::post))
        .route(paths::ENROLL, get(pages::sign_in::enroll::get).post(pages::sign_in::enroll::post))
        .route(paths::PASSKEY, get(pages::sign_in::passkey::get).post(pages::sign_in::passkey::post))
        .route(paths::PASSKEY_OFFER, get(pages::sign_in::passkey_offer::get).post(pages::sign_in::passkey_offer::post))
        .route(paths::UPSTREAM, get(pages::sign_in::upstream::get).post(pages::sign_in::upstream::post))
        .route(paths::UPSTREAM_CALLBACK, get(pages::sign_in::upstream::callback))
        .route(paths::UPSTREAM_LINK, get(pages::sign_in::link::get).post(pages::sign_in::link::post))
        .route(paths::MAIL_CODE, get(pages::sign_in::mail_code::get).post(pages::sign_in::mail_code::post))
        .route(paths::MAIL_LINK, get(pages::sign_in::mail_code::get_link).post(pages::sign_in::mail_code::post_link))
        .route(paths::RESET, get(pages::reset::get).post(pages::reset::post))
        .route(paths::VERIFY_EMAIL, get(pages::verify_email::get).post(pages::verify_email::post))
        .route(paths::VERIFY_NEW_EMAIL, get(pages::verify_email::get_new).post(pages::verify_email::post_new))
        .route(paths::SIGN_UP, get(pages::sign_up::get).post(pages::sign_up::post))
        .route(paths::SIGN_UP_CONFIRM, get(pages::sign_up::get_link).post(pages::sign_up::post_link))
        .route(paths::INVITATION, get(pages::sign_up::get_invitation).post(pages::sign_up::post_invitation))
        .route(paths::SELECT_ACCOUNT, get(pages::select_account::get).post(pages::select_account::post))
        .route(paths::CONSENT, get(pages::consent::get).post(pages::consent::post))
        .route(paths::LOGOUT, get(pages::logout::get).post(pages::logout::post))
        .route(paths::HOME, get(pages::home::get))
        .merge(pages::account::routes())
        .layer(session::layer(app))
        .layer(middleware::map_response(session::keep_prefix))
        .route(paths::LANGUAGE, post(pages::language::post))
        .route(paths::STATIC, get(pages::assets::get))
        .route(paths::THEME_CSS, get(pages::theme::stylesheet))
        .route(paths::THEME_LOGO, get(pages::theme::logo))
        .route(paths::CLIENT_THEME, get(pages::client_theme::get))
        .route(paths::CLIENT_LOGO, get(pages::client_logo::get))
        .route(paths::DEV_MAIL, get(pages::dev_mail::list))
        .route(paths::DEV_MAIL_ONE, get(pages::dev_mail::one))
        .route(paths::DEV_MAIL_HTML, get(pages::dev_mail::html))
}

/// RFC 8414 section 3.1: for an issuer with a path, the well-known part comes first. OpenID Connect Discovery puts
/// it last; both are served.
fn well_known_for(base: &str) -> Router<App> {
    Router::new()
        .route(&format!("{}{base}", paths::OPENID_CONFIGURATION), get(oauth::discovery::metadata))
        .route(&format!("{}{base}", paths::OAUTH_METADATA), get(oauth::discovery::metadata))
        .method_not_allowed_fallback(pages::error::method_not_allowed)
        .layer(cors())
}

/// Answers preflight requests, too. What they reach is the fallback for methods, so this has to lie over it: one that
/// is set after the layer would answer them with 405.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([header::WWW_AUTHENTICATE])
        .max_age(Duration::from_secs(3600))
}

/// Names the request, in its logs and in its answer, and its route to whoever counts. Published documents are handed
/// out as they are: nothing is decided there that a log could tell of.
async fn name_request(mut request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = if request.uri().path().contains("/.well-known/") {
        next.run(request).await
    } else {
        let id = RequestId::new();
        request.extensions_mut().insert(id);
        let span = tracing::info_span!("request", id = %id, path = request.uri().path());
        let mut response = next.run(request).instrument(span).await;
        if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
            response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
        }
        response
    };
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}
