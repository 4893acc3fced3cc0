//! The demo against a small issuer of its own, and against tokens that must be refused.

#![allow(clippy::unwrap_used)]

mod apis;
mod browser;
mod flow;
mod issuer;
mod logout;
mod seed;

use std::sync::Arc;

use tokio::net::TcpListener;

use crate::{DemoConfig, DemoSecrets, serve::router, state::State};
use browser::Browser;
use issuer::FakeIssuer;

/// A running demo with a running issuer.
struct World {
    issuer: Arc<FakeIssuer>,
    config: DemoConfig,
}

impl World {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let issuer = FakeIssuer::start().await;
        let config = config(&issuer.url, &url);
        serve_demo(listener, &issuer.url, &url).await;
        issuer.know(&config);
        Self { issuer, config }
    }

    fn browser(&self) -> Browser {
        Browser::new(&self.config.public_url)
    }
}

fn config(issuer: &str, url: &str) -> DemoConfig {
    let secret = |name| format!("{name}-secret-of-at-least-32-characters");
    let secrets = DemoSecrets {
        app: secret("app"),
        api: secret("api"),
        service: secret("service"),
        person_password: "correct horse battery staple".to_owned(),
    };
    DemoConfig::new(issuer, url, secrets)
}

async fn serve_demo(listener: TcpListener, issuer: &str, url: &str) {
    let state = State::new(config(issuer, url)).unwrap();
    let app = router(Arc::new(state));
    tokio::spawn(async move { axum::serve(listener, app).await });
}
