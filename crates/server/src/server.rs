//! A running server, production's and the dev server's alike: both listeners, the jobs, and how it stops.

use std::sync::Arc;

use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use provider::Provider;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use web::{Published, pages::view::Theme};

use crate::{
    config::Config,
    job,
    listen::{self, Limits},
    management::{self, Management},
};

/// What can go wrong before anything slow happens: the two listeners, and how the pages look.
#[derive(Debug)]
pub struct Listeners {
    /// What clients reach.
    pub public: TcpListener,
    /// Health and metrics.
    pub management: TcpListener,
    /// How the pages look.
    pub theme: Arc<Theme>,
}

impl Listeners {
    /// Reads the theme, and binds both.
    ///
    /// # Errors
    /// One line that says what to do.
    pub async fn bind(config: &Config, how: (&str, &str)) -> anyhow::Result<Self> {
        Ok(Self {
            theme: Arc::new(config.look()?),
            public: listen::bind(config.server.listen, how.0).await?,
            management: listen::bind(config.server.management_listen, how.1).await?,
        })
    }
}

/// Allows as many open files as the system lets us: each connection is one.
pub fn raise_file_limit() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    #[allow(unsafe_code, reason = "there is no other way to ask for it")]
    // SAFETY: both calls get a pointer to a local of the right type, and keep nothing.
    let raised = unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) != 0 {
            return;
        }
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit)
    };
    if raised != 0 {
        warn!(error = %std::io::Error::last_os_error(), "cannot raise the limit of open files");
    }
}

/// A token that is canceled by the first SIGTERM or SIGINT. The second one ends the process at once.
///
/// # Errors
/// When signals cannot be handled.
pub fn stop_on_signals() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let token = stop.clone();
    tokio::spawn(async move {
        for attempt in 0.. {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if attempt > 0 {
                std::process::exit(130);
            }
            info!("stopping: requests that are under way finish first");
            token.cancel();
        }
    });
    Ok(stop)
}

/// Serves until `stop`, and until every request that is under way has finished.
pub async fn run(
    config: &Config,
    provider: Arc<Provider>,
    listeners: Listeners,
    metrics: PrometheusHandle,
    stop: CancellationToken,
) {
    let limits = Limits::from(&config.server);
    job::start(&provider, &metrics, &stop);
    let app = web::App::new(Arc::clone(&provider), config.server.trusted_proxies.clone().into(), listeners.theme);
    let published = Published::of(&app);
    let router: Router = web::router(app);
    let done = CancellationToken::new();
    let management = management::router(Management { provider, metrics, stop: stop.clone() });
    let management =
        tokio::spawn(listen::serve(listeners.management, (management, Published::default()), limits, done.clone()));
    listen::serve(listeners.public, (router, published), limits, stop).await;
    // Whoever watches sees that we stop until we have stopped.
    done.cancel();
    let _ = management.await;
    info!("stopped");
}
