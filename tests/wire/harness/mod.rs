//! What the tests stand on: the real binary on databases of its own, browsers, clients, and independent eyes
//! for what comes back.
//!
//! Nothing here uses a crate of the server, so that nothing of the server is believed.

pub mod authenticator;
pub mod binary;
pub mod browser;
pub mod database;
pub mod fixture;
pub mod flow;
pub mod html;
pub mod http;
pub mod jwt;
pub mod passkey;
pub mod proxy;
pub mod raw;
pub mod server;
pub mod smtp;
pub mod table;
pub mod undertaker;
pub mod world;

use std::{
    future::Future,
    sync::LazyLock,
    time::{Duration, Instant},
};

pub use browser::Browser;
pub use fixture::{API, DOCS, FILES, TOKEN_EXCHANGE};
pub use flow::Flow;
pub use http::Reply;
pub use serde_json::{Value, json};
pub use world::{Client, World};

/// Grant types, and the types of tokens, in the words of the RFCs.
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// RFC 8693 section 3.
pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
/// RFC 8693 section 3.
pub const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";

/// One runtime for all tests, so that servers and connections can be shared between them.
static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
});

/// Runs one test.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    RUNTIME.block_on(test)
}

/// Runs something beside a test.
pub fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> tokio::task::JoinHandle<T> {
    RUNTIME.spawn(task)
}

/// Waits until the condition gives something, asking every few milliseconds; fails the test after `limit`.
pub async fn until<T>(what: &str, limit: Duration, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(Instant::now() < deadline, "still not after {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What "within a second" means on a machine that runs all tests at once: the second, and what scheduling costs.
pub const WITHIN_A_SECOND: Duration = Duration::from_millis(1500);

/// A text that no other test has.
pub fn unique(prefix: &str) -> String {
    format!("{prefix}-{}", uuid::Uuid::new_v4().simple())
}

/// Seconds since 1970.
pub fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}
