//! A request's body: no larger than allowed, and no slower.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::Sleep;

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// It is too large: 413.
    Size,
    /// It is too slow: 408.
    Time,
}

/// What became of a body, for whoever writes the answer.
#[derive(Clone, Debug, Default)]
pub struct Verdict(Arc<AtomicU8>);

impl Verdict {
    /// What was exceeded, if anything.
    pub fn excess(&self) -> Option<Excess> {
        match self.0.load(Ordering::Relaxed) {
            1 => Some(Excess::Size),
            2 => Some(Excess::Time),
            _ => None,
        }
    }

    fn set(&self, excess: Excess) -> Excess {
        self.0.store(if excess == Excess::Size { 1 } else { 2 }, Ordering::Relaxed);
        excess
    }
}

impl std::fmt::Display for Excess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Self::Size { "the body is too large" } else { "the body did not come in time" })
    }
}

impl std::error::Error for Excess {}

/// A body with limits.
#[derive(Debug)]
pub struct Limited {
    body: Incoming,
    left: u64,
    deadline: Instant,
    timer: Option<Pin<Box<Sleep>>>,
    verdict: Verdict,
}

impl Limited {
    /// At most `bytes`, and at most until `timeout` from now.
    pub fn new(body: Incoming, bytes: u64, timeout: Duration, verdict: Verdict) -> Self {
        Self { body, left: bytes, deadline: Instant::now() + timeout, timer: None, verdict }
    }
}

impl Body for Limited {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                match this.left.checked_sub(length) {
                    Some(left) => this.left = left,
                    None => return Poll::Ready(Some(Err(this.verdict.set(Excess::Size).into()))),
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                let deadline = this.deadline.into();
                // Most bodies come with their heads, and never need the timer.
                let timer = this.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
                match timer.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Some(Err(this.verdict.set(Excess::Time).into()))),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
