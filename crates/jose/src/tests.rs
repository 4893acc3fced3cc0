//! Tests across modules: vectors of the RFCs, round trips, and everything that
//! must be refused.

#![allow(clippy::unwrap_used)]

mod assertion;
mod vectors;
mod verify;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::{Algorithm, Signer, SigningKey};

/// Drives a future that never waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("signing in memory waits for nothing"),
    }
}

fn key(algorithm: Algorithm) -> SigningKey {
    SigningKey::generate(algorithm).unwrap().0
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token with whatever header and payload, properly signed.
fn forge(key: &SigningKey, header: &Value, payload: &[u8]) -> String {
    let input = format!("{}.{}", encode(header.to_string()), encode(payload));
    let signature = ready(Signer::sign(key, input.as_bytes())).unwrap();
    format!("{input}.{}", encode(signature))
}
