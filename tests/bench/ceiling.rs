//! What the machine can do at best: a bare axum route that answers a body of a given size, and one that also makes
//! one ES256 signature with a ready key. `script/bench` measures the server against both.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    routing::{get, post},
};
use jose::{Algorithm, SigningKey};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(serde::Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: u64,
    iat: u64,
    jti: &'a str,
    client_id: &'a str,
    scope: &'a str,
}

async fn bare(Path(size): Path<usize>) -> String {
    "x".repeat(size)
}

async fn sign(State(key): State<Arc<SigningKey>>, Path(size): Path<usize>, body: axum::body::Bytes) -> String {
    let claims = Claims {
        iss: "http://localhost:8080",
        sub: "bench",
        aud: "https://api.example.test",
        exp: 1_800_000_000,
        iat: 1_799_999_700 + body.len() as u64,
        jti: "0193a3c5-1111-7222-8333-444455556666",
        client_id: "bench",
        scope: "read write",
    };
    let mut answer = key.sign_jwt("at+jwt", &claims).await.expect("signing works");
    answer.extend(std::iter::repeat_n('x', size.saturating_sub(answer.len())));
    answer
}

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).expect("usage: ceiling ADDRESS:PORT");
    let (key, _) = SigningKey::generate(Algorithm::ES256).expect("a key");
    let app = Router::new()
        .route("/bare/{size}", get(bare).post(bare))
        .route("/sign/{size}", post(sign))
        .with_state(Arc::new(key));
    let listener = tokio::net::TcpListener::bind(&address).await.expect("a free port");
    println!("listening on http://{address}");
    axum::serve(listener, app).await.expect("serves");
}
