//! Measures what one signature costs, on one core, with the RSA backend that
//! was compiled in:
//!
//! ```text
//! cargo run --release -p jose --example rsa_bench
//! cargo run --release -p jose --example rsa_bench --features aws-lc
//! ```

use std::time::{Duration, Instant};

use jose::{Algorithm, Expect, Jwks, RSA_BACKEND, SigningKey, VerificationKeys};

const BATCHES: u32 = 20;
const BATCH: Duration = Duration::from_millis(50);

/// The best of several batches: other work on the machine only ever adds.
fn microseconds(mut work: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..BATCHES {
        let (start, mut rounds) = (Instant::now(), 0_u32);
        while start.elapsed() < BATCH {
            work();
            rounds += 1;
        }
        best = best.min(start.elapsed().as_secs_f64() * 1e6 / f64::from(rounds));
    }
    best
}

fn main() {
    let claims = serde_json::json!({
        "iss": "https://id.example.test",
        "sub": "0198f5a0-7b7c-7d3e-8a4f-1a2b3c4d5e6f",
        "aud": "https://api.example.test",
        "exp": 1_900_000_300, "iat": 1_900_000_000,
        "jti": "0198f5a0-7b7c-7d3e-8a4f-1a2b3c4d5e70",
        "client_id": "shop", "scope": "read write",
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers");
    println!("RS256 backend: {RSA_BACKEND}; ES256 and EdDSA: ring");
    for algorithm in Algorithm::SIGNING {
        let (key, _) = SigningKey::generate(*algorithm).expect("a new key");
        let sign = || runtime.block_on(key.sign_jwt("at+jwt", &claims));
        let signing = microseconds(|| {
            std::hint::black_box(sign().expect("a token"));
        });
        let token = sign().expect("a token");
        let jwks = Jwks { keys: vec![key.public_jwk()] };
        let keys = VerificationKeys::from_jwks(&jwks).expect("our own key");
        let expect = Expect { typ: &["at+jwt"], algorithms: &[*algorithm] };
        let verifying = microseconds(|| {
            std::hint::black_box(keys.verify(&token, &expect).expect("our own token"));
        });
        println!("{algorithm}: sign {signing:.1} µs, verify {verifying:.1} µs");
    }
}
