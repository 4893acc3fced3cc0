//! The one HTTP client of the demo, and its adapter for the `openidconnect` crate.

use std::{pin::Pin, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

const TIMEOUT: Duration = Duration::from_secs(5);
/// Larger than any answer of an issuer, small enough to keep.
const MAX_BODY: usize = 1024 * 1024;

/// Why a request got no usable answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// No connection, no answer in time, or a connection that broke.
    #[error("{0}")]
    Unreachable(String),
    /// More than [`MAX_BODY`] bytes.
    #[error("the answer is larger than {MAX_BODY} bytes")]
    TooLarge,
    /// The answer could not be expressed for the caller.
    #[error("the answer is malformed")]
    Malformed,
}

/// An HTTP client that follows no redirects and gives up after a few seconds.
#[derive(Clone)]
pub(crate) struct Http(reqwest::Client);

impl Http {
    pub(crate) fn new() -> anyhow::Result<Self> {
        // Another part of the process may have installed it first: that is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A small machine may have no certificates of authorities. Over http none are needed.
        let client = builder().build().or_else(|_| builder().tls_certs_only([]).build())?;
        Ok(Self(client))
    }

    /// A request to build on, sent with [`Http::send`].
    pub(crate) fn request(&self, method: reqwest::Method, url: &str) -> reqwest::RequestBuilder {
        self.0.request(method, url)
    }

    /// Sends, and reads the whole answer.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Result<HttpResponse, HttpError> {
        let mut response = request.send().await.map_err(unreachable)?;
        let mut answer = openidconnect::http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        answer.body(body).map_err(|_| HttpError::Malformed)
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(TIMEOUT)
        .timeout(TIMEOUT)
        // The issuer and the APIs are next door. A proxy could not reach them.
        .no_proxy()
        .user_agent("chancery-demo")
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let request = self.request(parts.method, &parts.uri.to_string()).headers(parts.headers).body(body);
            self.send(request).await
        })
    }
}

/// The innermost cause is the one that helps: "connection refused", not "error sending request".
fn unreachable(error: reqwest::Error) -> HttpError {
    if error.is_timeout() {
        return HttpError::Unreachable(format!("no answer within {} seconds", TIMEOUT.as_secs()));
    }
    let mut cause: &dyn std::error::Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    HttpError::Unreachable(cause.to_string())
}
