//! The authorization code flow, as a client and its person go through it.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::{
    browser::{Browser, Landing, Page},
    fixture::{Client, Person},
    http::{Call, Reply, form_encode},
    jwt,
    world::World,
};

/// PKCE (RFC 7636).
#[derive(Clone, Debug)]
pub struct Pkce {
    /// Kept by the client.
    pub verifier: String,
    /// Sent ahead.
    pub challenge: String,
}

impl Pkce {
    /// A new one.
    pub fn new() -> Self {
        let verifier = jwt::b64([*uuid::Uuid::new_v4().as_bytes(), *uuid::Uuid::new_v4().as_bytes()].concat());
        let challenge = jwt::b64(ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes()));
        Self { verifier, challenge }
    }
}

/// What the client is told by way of the browser.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Where it arrived, without the query.
    pub redirect_uri: String,
    /// What it says.
    pub parameters: BTreeMap<String, String>,
    /// Whether it came as a form.
    pub posted: bool,
}

impl Answer {
    /// One parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The code.
    #[track_caller]
    pub fn code(&self) -> &str {
        self.get("code").unwrap_or_else(|| panic!("no code: {self:?}"))
    }

    /// The error.
    #[track_caller]
    pub fn error(&self) -> &str {
        assert_eq!(self.get("code"), None, "a code beside an error");
        self.get("error").unwrap_or_else(|| panic!("no error: {self:?}"))
    }

    /// What a landing away from the server says. A parameter must come once, and nothing in a fragment.
    #[track_caller]
    pub fn of(landing: Landing) -> Self {
        match landing {
            Landing::Away(url) => {
                let parsed = Url::parse(&url).unwrap_or_else(|error| panic!("{url}: {error}"));
                assert_eq!(parsed.fragment(), None, "an answer in a fragment: {url}");
                let mut parameters = BTreeMap::new();
                for (name, value) in parsed.query_pairs() {
                    let before = parameters.insert(name.to_string(), value.to_string());
                    assert_eq!(before, None, "{name} came twice: {url}");
                }
                let redirect_uri = url.split('?').next().unwrap_or_default().to_owned();
                Self { redirect_uri, parameters, posted: false }
            }
            Landing::Posted(redirect_uri, parameters) => Self { redirect_uri, parameters, posted: true },
            Landing::Page(page) => panic!("no answer, but a page: {page:#?}"),
        }
    }
}

/// What a successful token request gives.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The whole answer.
    pub body: Value,
}

impl Tokens {
    /// Takes a reply that must be a success.
    #[track_caller]
    pub fn of(reply: &Reply) -> Self {
        let body = reply.ok();
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply:?}");
        assert_eq!(body["token_type"], "Bearer", "{reply:?}");
        Self { body }
    }

    /// The access token.
    #[track_caller]
    pub fn access(&self) -> &str {
        self.text("access_token")
    }

    /// The refresh token.
    #[track_caller]
    pub fn refresh(&self) -> &str {
        self.text("refresh_token")
    }

    /// The ID token.
    #[track_caller]
    pub fn id(&self) -> &str {
        self.text("id_token")
    }

    /// The scope, sorted.
    #[track_caller]
    pub fn scope(&self) -> Vec<&str> {
        let mut scope: Vec<&str> = self.text("scope").split(' ').collect();
        scope.sort_unstable();
        scope
    }

    /// The access token's claims.
    #[track_caller]
    pub fn claims(&self) -> Value {
        jwt::decode(self.access()).claims
    }

    #[track_caller]
    fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_else(|| panic!("no {member} in {}", self.body))
    }
}

/// One authorization request of a client, and what follows.
#[derive(Clone, Debug)]
pub struct Flow<'w> {
    world: &'w World,
    /// The client.
    pub client: Client,
    /// The parameters of the authorization request.
    pub parameters: Vec<(String, String)>,
    /// What it keeps for the token request.
    pub pkce: Option<Pkce>,
    denies: bool,
}

impl<'w> Flow<'w> {
    /// A request as a good client makes it, without a scope.
    pub fn new(world: &'w World, client: &Client) -> Self {
        let pkce = Pkce::new();
        let parameters = [
            ("response_type", "code"),
            ("client_id", &client.id),
            ("redirect_uri", client.redirect_uri()),
            ("state", &super::unique("state")),
            ("code_challenge", &pkce.challenge),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { world, client: client.clone(), parameters: parameters.into(), pkce: Some(pkce), denies: false }
    }

    /// Sets a parameter.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.and(name, value)
    }

    /// Adds a parameter, perhaps once more.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a parameter away.
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    /// The scope.
    pub fn scope(self, scope: &str) -> Self {
        self.with("scope", scope)
    }

    /// Without PKCE.
    pub fn without_pkce(mut self) -> Self {
        self.pkce = None;
        self.without("code_challenge").without("code_challenge_method")
    }

    /// The person will refuse.
    pub fn denying(mut self) -> Self {
        self.denies = true;
        self
    }

    /// One parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The URL to open.
    pub fn url(&self) -> String {
        let query = form_encode(self.parameters.iter().map(|(name, value)| (name, value)));
        self.world.url(&format!("/oauth2/authorize?{query}"))
    }

    /// Opens it in the browser, and does nothing more.
    pub async fn begin(&self, browser: &mut Browser<'_>) -> Landing {
        browser.open(&self.url()).await
    }

    /// Goes through it: signs in where asked, allows (or denies) where asked, until the client has its answer.
    pub async fn authorize(&self, browser: &mut Browser<'_>, person: &Person) -> Answer {
        let landing = self.begin(browser).await;
        self.go_on(browser, landing, person).await
    }

    /// Goes on from where the browser is.
    pub async fn go_on(&self, browser: &mut Browser<'_>, mut landing: Landing, person: &Person) -> Answer {
        for _ in 0..6 {
            let Landing::Page(page) = &landing else { break };
            landing = self.step(browser, page, person).await;
        }
        self.answer(landing)
    }

    async fn step(&self, browser: &mut Browser<'_>, page: &Page, person: &Person) -> Landing {
        assert_eq!(page.reply.status, 200, "an error page: {page:#?}");
        if page.has("login-submit") {
            let typed = [("username", person.username.as_str()), ("password", &person.password)];
            return browser.submit(page, "login-submit", &typed).await;
        }
        if page.has("consent-allow") {
            let button = if self.denies { "consent-deny" } else { "consent-allow" };
            return browser.submit(page, button, &[]).await;
        }
        if page.has("account-continue") {
            return browser.submit(page, "account-continue", &[]).await;
        }
        panic!("a page that leads nowhere: {page:#?}");
    }

    /// The client's answer; what every answer must hold is checked here (RFC 6749 section 4.1.2, RFC 9207).
    #[track_caller]
    pub fn answer(&self, landing: Landing) -> Answer {
        let answer = Answer::of(landing);
        assert_eq!(answer.get("iss"), Some(self.world.issuer()), "RFC 9207: {answer:?}");
        assert_eq!(answer.get("state"), self.get("state"), "{answer:?}");
        let expected = self.get("redirect_uri").unwrap_or_else(|| self.client.redirect_uri());
        assert_eq!(Some(answer.redirect_uri.as_str()), expected.split('?').next());
        assert_eq!(answer.posted, self.get("response_mode") == Some("form_post"));
        answer
    }

    /// The token request for a code.
    pub fn redemption(&self, code: &str) -> Call {
        self.redemption_at(0, code)
    }

    /// The token request for a code, to one of the instances.
    pub fn redemption_at(&self, instance: usize, code: &str) -> Call {
        let mut call = self
            .world
            .call_at(instance, "POST", "/oauth2/token")
            .form(&[("grant_type", "authorization_code"), ("code", code)]);
        if let Some(redirect_uri) = self.get("redirect_uri") {
            call = call.also(&[("redirect_uri", redirect_uri)]);
        }
        if let Some(pkce) = &self.pkce {
            call = call.also(&[("code_verifier", &pkce.verifier)]);
        }
        self.client.authenticate(call, self.world.issuer())
    }

    /// All of it, in the browser.
    pub async fn tokens(&self, browser: &mut Browser<'_>, person: &Person) -> Tokens {
        let answer = self.authorize(browser, person).await;
        Tokens::of(&self.redemption(answer.code()).send().await)
    }

    /// All of it, in a new browser.
    pub async fn tokens_of(&self, person: &Person) -> Tokens {
        self.tokens(&mut self.world.browser(), person).await
    }
}

/// Further calls of a client.
impl World {
    /// A token request of a client.
    pub fn token_call(&self, client: &Client, fields: &[(&str, &str)]) -> Call {
        self.token_call_at(0, client, fields)
    }

    /// A token request of a client, to one of the instances.
    pub fn token_call_at(&self, instance: usize, client: &Client, fields: &[(&str, &str)]) -> Call {
        client.authenticate(self.call_at(instance, "POST", "/oauth2/token").form(fields), self.issuer())
    }

    /// A refresh.
    pub fn refresh_call(&self, client: &Client, refresh_token: &str) -> Call {
        self.token_call(client, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])
    }

    /// A client-credentials token with the client's defaults.
    pub async fn own_token(&self, client: &Client) -> Tokens {
        Tokens::of(&self.token_call(client, &[("grant_type", "client_credentials")]).send().await)
    }

    /// Introspection by a client.
    pub fn introspect_call(&self, client: &Client, token: &str) -> Call {
        self.introspect_call_at(0, client, token)
    }

    /// Introspection by a client, at one of the instances.
    pub fn introspect_call_at(&self, instance: usize, client: &Client, token: &str) -> Call {
        client
            .authenticate(self.call_at(instance, "POST", "/oauth2/introspect").form(&[("token", token)]), self.issuer())
    }

    /// Revocation by a client.
    pub fn revoke_call(&self, client: &Client, token: &str) -> Call {
        client.authenticate(self.post("/oauth2/revoke").form(&[("token", token)]), self.issuer())
    }

    /// The JWK Set.
    pub async fn jwks(&self) -> Value {
        self.get("/.well-known/jwks.json").send().await.ok()
    }

    /// Waits until a token is inactive at an instance, which may take a second.
    pub async fn until_inactive(&self, instance: usize, client: &Client, token: &str) {
        super::until("the token is inactive", super::WITHIN_A_SECOND, async || {
            let body = self.introspect_call_at(instance, client, token).send().await.ok();
            (body["active"] == false).then_some(())
        })
        .await;
    }
}
