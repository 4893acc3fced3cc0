//! The `openidconnect` crate, unchanged: discovery, a code flow with PKCE and nonce, userinfo, refresh,
//! introspection. What it accepts, its many users' programs accept.

use std::{future::Future, pin::Pin};

use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IntrospectionUrl, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope,
    TokenIntrospectionResponse, TokenResponse,
    core::{CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreUserInfoClaims},
};

use crate::harness::{World, browser::Landing, flow::Answer, run};

/// Sends what the crate wants to send.
fn send(request: HttpRequest) -> Pin<Box<dyn Future<Output = Result<HttpResponse, reqwest::Error>> + Send>> {
    Box::pin(async move {
        let (parts, body) = request.into_parts();
        let mut builder = crate::harness::http::client().request(parts.method, parts.uri.to_string()).body(body);
        for (name, value) in &parts.headers {
            builder = builder.header(name, value);
        }
        let reply = builder.send().await?;
        let mut response = HttpResponse::new(Vec::new());
        *response.status_mut() = reply.status();
        *response.headers_mut() = reply.headers().clone();
        *response.body_mut() = reply.bytes().await?.to_vec();
        Ok(response)
    })
}

#[test]
fn a_whole_code_flow() {
    run(async {
        let world = World::shared().await;
        for (client_id, auth) in [
            ("shop", AuthType::BasicAuth),
            ("es", AuthType::BasicAuth),
            ("ed", AuthType::BasicAuth),
            ("spa", AuthType::RequestBody),
        ] {
            code_flow(world, client_id, auth).await;
        }
    });
}

async fn code_flow(world: &World, client_id: &str, auth: AuthType) {
    let registered = world.client(client_id);
    let secret = registered.registration["client_secret"].as_str().map(|secret| ClientSecret::new(secret.to_owned()));
    let issuer = IssuerUrl::new(world.issuer().to_owned()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &send).await.expect("discovery");
    let mut client = CoreClient::from_provider_metadata(metadata, ClientId::new(client_id.to_owned()), secret.clone())
        .set_redirect_uri(RedirectUrl::new(registered.redirect_uri().to_owned()).unwrap())
        .set_introspection_url(IntrospectionUrl::new(world.url("/oauth2/introspect")).unwrap());
    client = client.set_auth_type(auth);

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["email", "profile", "offline_access", "read"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let mut browser = world.browser();
    let mut landing = browser.open(url.as_str()).await;
    let ada = world.person("ada");
    for _ in 0..3 {
        let Landing::Page(page) = &landing else { break };
        landing = if page.has("login-submit") {
            browser.submit(page, "login-submit", &[("username", &ada.username), ("password", &ada.password)]).await
        } else {
            browser.submit(page, "consent-allow", &[]).await
        };
    }
    let answer = Answer::of(landing);
    assert_eq!(answer.get("state"), Some(state.secret().as_str()));

    let tokens = client
        .exchange_code(AuthorizationCode::new(answer.code().to_owned()))
        .expect("a token endpoint")
        .set_pkce_verifier(verifier)
        .request_async(&send)
        .await
        .unwrap_or_else(|error| panic!("{client_id}: {error:?}"));
    let id_token = tokens.id_token().expect("an ID token");
    // Other algorithms than RS256 must be allowed by name.
    let algorithms = [
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        CoreJwsSigningAlgorithm::EdDsa,
    ];
    let id_token_verifier = client.id_token_verifier().set_allowed_algs(algorithms);
    let claims = id_token.claims(&id_token_verifier, &nonce).unwrap_or_else(|error| panic!("{client_id}: {error:?}"));
    if let Some(expected) = claims.access_token_hash() {
        let key = id_token.signing_key(&id_token_verifier).unwrap();
        let actual = AccessTokenHash::from_token(tokens.access_token(), id_token.signing_alg().unwrap(), key).unwrap();
        assert_eq!(actual, *expected, "{client_id}");
    }
    // Userinfo signed with anything but RS256 is beyond the crate.
    if registered.registration["userinfo_signed_response_alg"].is_null() {
        let userinfo: CoreUserInfoClaims = client
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .expect("a userinfo endpoint")
            .request_async(&send)
            .await
            .unwrap_or_else(|error| panic!("{client_id}: {error:?}"));
        assert_eq!(userinfo.email().map(|email| email.as_str()), Some("ada@example.test"));
    }

    let refreshed = client
        .exchange_refresh_token(tokens.refresh_token().unwrap())
        .unwrap()
        .request_async(&send)
        .await
        .unwrap_or_else(|error| panic!("{client_id}: {error:?}"));
    assert_ne!(refreshed.access_token().secret(), tokens.access_token().secret());
    if secret.is_some() {
        let introspected = client.introspect(refreshed.access_token()).request_async(&send).await.unwrap();
        assert!(introspected.active());
        assert_eq!(introspected.client_id().map(|id| id.as_str()), Some(client_id));
    }
    // Revocation is left out: the crate wants https for that alone, and here it is http.
}

#[test]
fn client_credentials() {
    run(async {
        let world = World::shared().await;
        let registered = world.client("job");
        let issuer = IssuerUrl::new(world.issuer().to_owned()).unwrap();
        let metadata = CoreProviderMetadata::discover_async(issuer, &send).await.expect("discovery");
        let secret = ClientSecret::new(registered.secret().to_owned());
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new("job".to_owned()), Some(secret));
        let tokens = client
            .exchange_client_credentials()
            .expect("a token endpoint")
            .add_scope(Scope::new("read".to_owned()))
            .request_async(&send)
            .await
            .unwrap();
        assert_eq!(tokens.scopes().unwrap().len(), 1);
    });
}
