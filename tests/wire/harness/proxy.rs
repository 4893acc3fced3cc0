//! A network between server and database that can be cut, as networks are: refusing, or silent.

use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
};
use url::Url;

/// What it does with what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Hands it on.
    Up,
    /// Ends every connection and refuses new ones.
    Refusing,
    /// Takes everything and answers nothing.
    Silent,
}

/// The network.
#[derive(Clone, Debug)]
pub struct Proxy {
    mode: Arc<watch::Sender<Network>>,
    /// The database's URL on this side.
    pub url: String,
}

impl Proxy {
    /// Stands between us and the database of that URL.
    pub async fn to(url: &str) -> Self {
        let mut near = Url::parse(url).expect("a URL");
        let far = (near.host_str().expect("a host").to_owned(), near.port().unwrap_or(5432));
        let port = super::server::free_port();
        near.set_port(Some(port)).expect("a port");
        near.set_host(Some("127.0.0.1")).expect("a host");
        let (mode, watching) = watch::channel(Network::Up);
        super::spawn(serve(port, far, watching));
        Self { mode: Arc::new(mode), url: near.into() }
    }

    /// From now on.
    pub fn set(&self, mode: Network) {
        self.mode.send_replace(mode);
    }
}

async fn serve(port: u16, far: (String, u16), mut mode: watch::Receiver<Network>) {
    loop {
        if mode.wait_for(|mode| *mode != Network::Refusing).await.is_err() {
            return;
        }
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the proxy's port");
        let watching = mode.clone();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let Ok((near, _)) = accepted else { continue };
                    super::spawn(connect(near, far.clone(), watching.clone()));
                }
                changed = mode.wait_for(|mode| *mode == Network::Refusing) => {
                    if changed.is_err() { return; }
                    break;
                }
            }
        }
    }
}

async fn connect(near: TcpStream, far: (String, u16), mut mode: watch::Receiver<Network>) {
    if mode.wait_for(|mode| *mode != Network::Silent).await.is_err() {
        return;
    }
    let Ok(far) = TcpStream::connect(far).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::select! {
        () = pump(near_in, far_out, mode.clone()) => {}
        () = pump(far_in, near_out, mode.clone()) => {}
        _ = mode.wait_for(|mode| *mode == Network::Refusing) => {}
    }
}

/// What was swallowed does not come after all: a connection that was used in the silence is lost.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut mode: watch::Receiver<Network>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if *mode.borrow() != Network::Up {
            let _ = mode.wait_for(|mode| *mode == Network::Up).await;
            return;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
