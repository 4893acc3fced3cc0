//! The accept loop. It is our own because everything here must end: a head that does not come, a body that does not
//! end, a request that hangs, a connection that idles, a client that does not read.
//!
//! HTTP/1.1 and HTTP/2 without TLS, which is the reverse proxy's.

mod activity;
mod body;
mod meter;
mod request;
mod stream;

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use axum::Router;
use futures_util::future::{Either, ready};
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, warn};
use web::Published;

use activity::Activity;
use meter::Meter;
use stream::Guarded;

use crate::config::server::Server;

/// How long a connection may idle between requests. Longer than the proxies that keep connections to us, so that
/// they close first and no request is lost between the two.
const IDLE: Duration = Duration::from_secs(75);
/// The most headers of one request.
const MOST_HEADERS: usize = 100;
/// The most requests at once on one HTTP/2 connection.
const MOST_STREAMS: u32 = 100;
/// After the process ran out of something, such as file descriptors.
const BREATHER: Duration = Duration::from_millis(50);

/// What one listener allows.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body: u64,
    /// Bytes of a head.
    pub head: usize,
    /// How long a head may take.
    pub head_timeout: Duration,
    /// How long a body may take.
    pub body_timeout: Duration,
    /// How long a request may take as a whole.
    pub request_timeout: Duration,
    /// Connections at once.
    pub connections: usize,
    /// How long requests may go on after the stop.
    pub grace: Duration,
}

impl From<&Server> for Limits {
    fn from(server: &Server) -> Self {
        Self {
            body: server.body_limit.0,
            head: usize::try_from(server.head_limit.0).unwrap_or(usize::MAX),
            head_timeout: server.header_timeout.0,
            body_timeout: server.body_timeout.0,
            request_timeout: server.request_timeout.0,
            connections: server.max_connections,
            grace: server.shutdown_grace.0,
        }
    }
}

/// Binds an address. `option` and `key` are how the operator can choose another one.
///
/// # Errors
/// One line that says what to do.
pub async fn bind(address: SocketAddr, choose: &str) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            bail!("{address} is in use by another program: stop it, or choose another address with {choose}")
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}: choose another with {choose}")),
    }
}

/// Serves documents and what the router answers until `stop`; then takes nobody new, lets requests finish within the grace period, and returns.
pub async fn serve(
    listener: TcpListener,
    (router, published): (Router, Published),
    limits: Limits,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let connections = TaskTracker::new();
    let builder = Arc::new(builder(&limits));
    let meter = Arc::new(Meter::default());
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let connection = Connection {
            limits,
            router: router.clone(),
            published: published.clone(),
            peer,
            stop: stop.clone(),
            meter: Arc::clone(&meter),
        };
        let builder = Arc::clone(&builder);
        connections.spawn(async move {
            connection.run(stream, &builder).await;
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(limits.grace, connections.wait()).await.is_err() {
        warn!(requests = connections.len(), "requests were cut off: they did not finish within the grace period");
    }
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

/// The next connection, once there is a place for it. Until then it waits in the kernel's queue.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<Accepted> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are small and complete: waiting for more to send only delays them.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            // A client that gave up is no trouble; no file descriptors left is.
            debug!(%error, "a connection was not accepted");
            tokio::time::sleep(BREATHER).await;
            None
        }
    }
}

fn builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // The stream itself watches how long a head takes: without a timer for each request.
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_headers(MOST_HEADERS)
        .max_buf_size(limits.head.max(8192));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(u32::try_from(limits.head).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}

struct Connection {
    limits: Limits,
    router: Router,
    published: Published,
    peer: SocketAddr,
    stop: CancellationToken,
    meter: Arc<Meter>,
}

impl Connection {
    async fn run(self, stream: TcpStream, builder: &auto::Builder<TokioExecutor>) {
        let Self { limits, router, published, peer, stop, meter } = self;
        let activity = Arc::new(Activity::new());
        let io = TokioIo::new(Guarded::new(stream, Arc::clone(&activity), limits.head_timeout));
        let answering = Arc::clone(&activity);
        let service = service_fn(move |request| {
            if let Some(response) = request::published(&published, (&answering, &meter), &request) {
                return Either::Left(ready(Ok(response)));
            }
            let watched = (Arc::clone(&answering), Arc::clone(&meter));
            Either::Right(request::answer(router.clone(), limits, peer, watched, request))
        });
        let connection = builder.serve_connection(io, service);
        tokio::pin!(connection);
        let idle = tokio::time::sleep(IDLE);
        tokio::pin!(idle);
        let mut stopping = false;
        let mut closing = false;
        loop {
            tokio::select! {
                outcome = connection.as_mut() => {
                    if let Err(error) = outcome {
                        debug!(%error, %peer, "a connection ended badly");
                    }
                    return;
                }
                () = stop.cancelled(), if !stopping => {
                    stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = idle.as_mut() => {
                    let Some(left) = IDLE.checked_sub(activity.idle_for()).filter(|left| !left.is_zero()) else {
                        if closing {
                            return; // It does not even read what we have to say.
                        }
                        closing = true;
                        connection.as_mut().graceful_shutdown();
                        idle.as_mut().reset((Instant::now() + limits.head_timeout).into());
                        continue;
                    };
                    idle.as_mut().reset((Instant::now() + left).into());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
