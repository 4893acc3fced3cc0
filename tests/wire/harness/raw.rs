//! What no HTTP client would send.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A bare connection.
pub struct Raw(TcpStream);

impl Raw {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.expect("a connection"))
    }

    /// Sends bytes; that the other side has gone is not an error here.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Reads until the server closes the connection; fails the test after `limit`.
    pub async fn read_to_end(mut self, limit: Duration) -> String {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(limit, self.0.read_to_end(&mut bytes)).await;
        assert!(read.is_ok(), "the server keeps the connection after {limit:?}: {}", String::from_utf8_lossy(&bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Reads until a whole head has come, or the end.
    pub async fn read_head(&mut self, limit: Duration) -> String {
        let mut bytes = Vec::new();
        let reading = async {
            let mut byte = [0];
            while !bytes.ends_with(b"\r\n\r\n") {
                match self.0.read(&mut byte).await {
                    Ok(1) => bytes.push(byte[0]),
                    _ => break,
                }
            }
        };
        assert!(tokio::time::timeout(limit, reading).await.is_ok(), "no answer within {limit:?}");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The status of an answer; `None` when there was none.
pub fn status(answer: &str) -> Option<u16> {
    answer.split(' ').nth(1)?.parse().ok()
}
