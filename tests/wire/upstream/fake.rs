//! A provider that does what a test wants, wrong things above all.

use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::harness::{
    Value, World,
    browser::{Browser, Page},
    json,
    jwt::Key,
    now,
};

pub const CLIENT_ID: &str = "chancery-at-fake";

/// The provider.
pub struct Fake {
    pub server: MockServer,
    pub key: Key,
    pub metadata: Value,
}

/// A trip that has begun: what the provider was told.
#[derive(Clone, Debug)]
pub struct Trip {
    pub state: String,
    pub nonce: String,
    pub challenge: String,
}

impl Fake {
    /// One with a server of its own.
    pub async fn start() -> Self {
        let server = MockServer::builder().start().await;
        let issuer = server.uri();
        let metadata = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "jwks_uri": format!("{issuer}/jwks"),
        });
        let fake = Self { server, key: Key::generate(), metadata };
        fake.answers(ResponseTemplate::new(500)).await;
        fake
    }

    pub fn issuer(&self) -> String {
        self.server.uri()
    }

    /// Registers it, under this slug.
    pub async fn register(&self, world: &World, slug: &str, changes: Value) {
        let mut upstream = json!({
            "slug": slug, "issuer": self.issuer(), "client_id": CLIENT_ID, "sign_up": "on",
            "client_secret": "a secret: with odd characters & more",
        });
        for (name, value) in changes.as_object().unwrap() {
            upstream[name] = value.clone();
        }
        world.home.apply(&json!({ "upstream": [upstream] })).await.ok();
        let button = format!("upstream-{slug}");
        crate::harness::until("the button", crate::harness::WITHIN_A_SECOND, async || {
            world.browser().open(&world.url("/login")).await.page().has(&button).then_some(())
        })
        .await;
    }

    /// What the token endpoint answers from now on.
    pub async fn answers(&self, token: ResponseTemplate) {
        self.answers_with(token, ResponseTemplate::new(404)).await;
    }

    /// The same, and userinfo.
    pub async fn answers_with(&self, token: ResponseTemplate, userinfo: ResponseTemplate) {
        self.server.reset().await;
        let json = |value: &Value| ResponseTemplate::new(200).set_body_json(value);
        let jwks = json!({ "keys": [self.key.jwk("fake")] });
        for (verb, at, answer) in [
            ("GET", "/.well-known/openid-configuration", json(&self.metadata)),
            ("GET", "/jwks", json(&jwks)),
            ("POST", "/token", token),
            ("GET", "/userinfo", userinfo),
        ] {
            Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&self.server).await;
        }
    }

    /// The claims of a good ID token.
    pub fn claims(&self, trip: &Trip, subject: &str) -> Value {
        json!({
            "iss": self.issuer(), "aud": CLIENT_ID, "sub": subject, "iat": now(), "exp": now() + 300,
            "nonce": trip.nonce, "name": "Somebody", "preferred_username": subject, "email": format!("{subject}@fake.test"),
        })
    }

    /// Signs an ID token.
    pub fn sign(&self, claims: &Value) -> String {
        self.key.sign(&json!({ "alg": "ES256", "kid": "fake", "typ": "JWT" }), claims)
    }

    /// A good answer of the token endpoint with this ID token.
    pub fn tokens(id_token: &str) -> ResponseTemplate {
        let body = json!({ "access_token": "an-access-token", "token_type": "Bearer", "id_token": id_token });
        ResponseTemplate::new(200).set_body_json(body)
    }
}

/// Leaves for a provider from a sign-in page.
pub async fn leave(browser: &mut Browser<'_>, page: &Page, slug: &str) -> Trip {
    let away = browser.submit(page, &format!("upstream-{slug}"), &[]).await.away();
    let url = url::Url::parse(&away).unwrap();
    let of = |name: &str| url.query_pairs().find(|(it, _)| it == name).unwrap().1.into_owned();
    Trip { state: of("state"), nonce: of("nonce"), challenge: of("code_challenge") }
}

/// The way back, with these parameters.
pub fn back(world: &World, slug: &str, parameters: &[(&str, &str)]) -> String {
    let query = crate::harness::http::form_encode(parameters.iter().copied());
    world.url(&format!("/login/upstream/{slug}/callback?{query}"))
}
