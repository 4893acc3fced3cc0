#![allow(clippy::unwrap_used)]

use axum::{body::Bytes, routing::get};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

const LIMITS: Limits = Limits {
    body: 1024,
    head: 16 * 1024,
    head_timeout: Duration::from_millis(200),
    body_timeout: Duration::from_millis(200),
    request_timeout: Duration::from_millis(400),
    connections: 2,
    grace: Duration::from_secs(5),
};

async fn panics() -> &'static str {
    panic!("on purpose")
}

async fn start() -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
    let hang = || async { std::future::pending::<()>().await };
    let router = Router::new()
        .route("/", get(|| async { "hello" }).post(|body: Bytes| async move { body.len().to_string() }))
        .route("/hang", get(hang))
        .route("/panic", get(panics));
    let listener = bind("127.0.0.1:0".parse().unwrap(), "--listen").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, (router, Published::default()), LIMITS, stop.clone()));
    (address, stop, serving)
}

/// Sends bytes and reads until the server closes.
async fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    read_to_end(&mut stream).await
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(5), reading).await.expect("the server closes");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn everything_ends() {
    let (address, stop, serving) = start().await;
    let answer = exchange(address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("hello"), "{answer}");
    for silence in ["", "G", "GET / HTTP/1.1\r\nHost: x\r\n"] {
        assert_eq!(exchange(address, silence).await, "", "a head that does not end: {silence:?}");
    }
    let slow = exchange(address, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc").await;
    assert!(slow.starts_with("HTTP/1.1 408 "), "{slow}");
    let large = exchange(address, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\nabc").await;
    assert!(large.starts_with("HTTP/1.1 413 "), "{large}");
    let endless =
        format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n{}\r\n", "a".repeat(2048));
    let endless = exchange(address, &endless).await;
    assert!(endless.starts_with("HTTP/1.1 413 "), "{endless}");
    let hanging = exchange(address, "GET /hang HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(hanging.starts_with("HTTP/1.1 503 ") && hanging.contains("retry-after: 2"), "{hanging}");
    let panicked = exchange(address, "GET /panic HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(panicked.starts_with("HTTP/1.1 500 "), "{panicked}");
    let many: String = (0..2000).map(|index| format!("X-{index}: 1\r\n")).collect();
    let many = exchange(address, &format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n")).await;
    assert!(many.starts_with("HTTP/1.1 431 "), "{many}");
    stop.cancel();
    serving.await.unwrap();
}

#[tokio::test]
async fn a_kept_connection_may_be_silent_between_requests() {
    let (address, stop, serving) = start().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..2 {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut answer = [0; 1024];
        let read = stream.read(&mut answer).await.unwrap();
        assert!(answer[..read].ends_with(b"hello"));
        // Longer than a head may take, by the clock of the server and not of this test.
        tokio::time::sleep(2 * LIMITS.head_timeout).await;
    }
    stop.cancel();
    serving.await.unwrap();
    assert_eq!(read_to_end(&mut stream).await, "");
}

#[tokio::test]
async fn a_stop_lets_requests_finish() {
    let (address, stop, serving) = start().await;
    let mut under_way = TcpStream::connect(address).await.unwrap();
    under_way.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc").await.unwrap();
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 1024];
    assert!(idle.read(&mut answer).await.unwrap() > 0);
    stop.cancel();
    assert_eq!(read_to_end(&mut idle).await, "", "whoever waits for nothing is let go");
    under_way.write_all(b"def").await.unwrap();
    let answer = read_to_end(&mut under_way).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with('6'), "{answer}");
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody new");
}

#[tokio::test]
async fn a_taken_port_says_what_to_do() {
    let (address, stop, serving) = start().await;
    let error = bind(address, "--listen").await.unwrap_err().to_string();
    assert!(error.contains("in use") && error.contains("--listen") && error.contains(&address.to_string()), "{error}");
    stop.cancel();
    serving.await.unwrap();
}
