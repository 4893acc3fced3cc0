//! A connection's bytes. Between requests it may be silent; once a head has begun, it must come in time.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Sleep,
};

use super::activity::Activity;

/// How HTTP/2 begins (RFC 9113 section 3.4).
const HTTP2: &[u8] = b"PRI * HTTP/2";

#[derive(Debug)]
enum Head {
    /// Nothing of the next head has come yet.
    Awaited,
    /// Some of it has come, at that time; or the connection is new, and nothing has.
    Begun(Instant),
    /// HTTP/2 has frames all the time: only its beginning is watched, and that is over.
    Unwatched,
}

/// A connection with a clock.
#[derive(Debug)]
pub struct Guarded {
    stream: TcpStream,
    activity: Arc<Activity>,
    timeout: Duration,
    head: Head,
    /// Requests that had begun when the head was last looked at: one more, and it has come.
    heads: u32,
    timer: Option<Pin<Box<Sleep>>>,
    first: bool,
}

impl Guarded {
    /// Watches a new connection: its first head must come at once.
    pub fn new(stream: TcpStream, activity: Arc<Activity>, timeout: Duration) -> Self {
        Self { stream, activity, timeout, head: Head::Begun(Instant::now()), heads: 0, timer: None, first: true }
    }

    /// Some bytes have come, in front of which none were waiting.
    fn received(&mut self, bytes: &[u8]) {
        if std::mem::take(&mut self.first) && bytes.starts_with(HTTP2) {
            self.head = Head::Unwatched;
        }
        self.look();
        if matches!(self.head, Head::Awaited) && !self.activity.is_answering() {
            self.head = Head::Begun(Instant::now());
        }
    }

    /// Notices that a head has come whole.
    fn look(&mut self) {
        let heads = self.activity.begun();
        if heads != self.heads && matches!(self.head, Head::Begun(_)) {
            self.head = Head::Awaited;
        }
        self.heads = heads;
    }

    /// No bytes are there. Is somebody waited for who is late?
    fn check(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.look();
        let Head::Begun(since) = self.head else { return Poll::Pending };
        let deadline = (since + self.timeout).into();
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the head of a request did not come in time")))
    }
}

impl AsyncRead for Guarded {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        match Pin::new(&mut this.stream).poll_read(cx, buffer) {
            Poll::Ready(Ok(())) => {
                this.received(&buffer.filled()[before..]);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => this.check(cx),
        }
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
