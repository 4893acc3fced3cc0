//! Running the demo.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use axum::{Router, extract::DefaultBodyLimit};
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    DemoConfig, api, pages,
    state::{SharedState, State},
};

const MAX_BODY: usize = 64 * 1024;
/// How long requests may take to finish once the demo is told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Serves the app and its two APIs on `listener` until `shutdown` resolves.
///
/// The issuer need not run yet: it is looked for when it is first needed. The ring provider of
/// rustls is installed if the process has none.
///
/// # Errors
/// When an address in `config` is not a URL, or the listener fails.
pub async fn serve(
    config: DemoConfig,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let state = State::new(config).context("the configuration of the demo")?;
    let app = router(Arc::new(state));
    let (told, stopping) = oneshot::channel();
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        shutdown.await;
        let _ = told.send(());
    });
    let grace = async {
        let _ = stopping.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = server => served.context("the demo's listener"),
        // A client that never finishes its request must not keep the process alive.
        () = grace => Ok(()),
    }
}

pub(crate) fn router(state: SharedState) -> Router {
    api::routes().merge(pages::routes(&state)).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(state)
}
