//! `/oauth2/authorize` (RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6, RFC 7636, 8707, 9207).

use super::method_rows;
use crate::harness::{
    DOCS, Flow, World,
    http::Call,
    run,
    table::{Expect, Row, check, row},
};

fn call(world: &World, flow: &Flow<'_>) -> Call {
    let url = flow.url();
    let origin = url::Url::parse(&url).unwrap().origin().ascii_serialization();
    world.get(&url[origin.len()..])
}

/// Where client or redirect URI cannot be trusted, nobody is sent anywhere.
#[test]
fn untrusted_requests_end_on_a_page() {
    run(async {
        let world = World::shared().await;
        let house = world.client("house");
        let good = || world.flow(&house).scope("openid");
        let page = |name: &str, flow: Flow<'_>| row(name, call(world, &flow), Expect::Page(400));
        let to = |uri: &str| page(&format!("redirect_uri {uri}"), good().with("redirect_uri", uri));
        let mut rows = vec![
            row("nothing", world.get("/oauth2/authorize"), Expect::Page(400)),
            page("client_id missing", good().without("client_id")),
            page("client_id empty", good().with("client_id", "")),
            page("client_id twice", good().and("client_id", "house")),
            page("client_id unknown", good().with("client_id", "nobody")),
            page("client_id in capitals", good().with("client_id", "HOUSE")),
            page("client_id of 10 KiB", good().with("client_id", &"x".repeat(10_000))),
            page("redirect_uri twice", good().and("redirect_uri", house.redirect_uri())),
            page(
                "redirect_uri missing though there are two",
                world.flow(&world.client("twins")).scope("openid").without("redirect_uri"),
            ),
            page("a client without redirect URIs", world.flow(&house).with("client_id", "job").scope("read")),
            row("half a percent sign", world.get("/oauth2/authorize?client_id=%4"), Expect::Page(400)),
            row("no UTF-8", world.get("/oauth2/authorize?client_id=%ff"), Expect::Page(400)),
            row("a NUL", world.get("/oauth2/authorize?client_id=house%00"), Expect::Page(400)),
        ];
        rows.extend(
            [
                "https://evil.example.test/callback",
                "https://house.example.test/callback/",
                "https://house.example.test/CALLBACK",
                "https://house.example.test/callback?x=1",
                "https://house.example.test/callback#x",
                "https://house.example.test:443/callback",
                "https://HOUSE.example.test/callback",
                "https://house.example.test/a/../callback",
                "https://house.example.test/callback%20",
                "https://house.example.test.evil.test/callback",
                "https://house.example.test@evil.test/callback",
                "http://house.example.test/callback",
                "//house.example.test/callback",
                "javascript:alert(1)",
                "data:text/html,x",
                "/callback",
                "callback",
                " https://house.example.test/callback",
            ]
            .map(to),
        );
        rows.extend(method_rows(["PUT", "DELETE"].map(|method| (method, world.call(method, "/oauth2/authorize")))));
        check("authorize_untrusted", world.issuer(), rows).await;
    });
}

#[test]
fn trusted_requests_are_answered_to_the_client() {
    run(async {
        let world = World::shared().await;
        let house = world.client("house");
        let good = || world.flow(&house).scope("openid");
        let tell = |name: &str, error: &'static [&'static str], flow: Flow<'_>| {
            row(name, call(world, &flow), Expect::Redirect(error))
        };
        let invalid: &[&str] = &["invalid_request"];
        let response_type: &[&str] = &["unsupported_response_type"];
        let mut rows: Vec<Row> = vec![
            tell("response_type missing", invalid, good().without("response_type")),
            tell("response_type token", response_type, good().with("response_type", "token")),
            tell("response_type id_token", response_type, good().with("response_type", "id_token")),
            tell("response_type code token", response_type, good().with("response_type", "code token")),
            tell("response_type none", response_type, good().with("response_type", "none")),
            tell("response_type twice", invalid, good().and("response_type", "code")),
            tell("response_mode fragment", invalid, good().with("response_mode", "fragment")),
            tell("response_mode unknown", invalid, good().with("response_mode", "pigeon")),
            tell("response_mode twice", invalid, good().and("response_mode", "query").and("response_mode", "query")),
            tell("scope unknown", &["invalid_scope"], good().scope("openid nonsense")),
            tell("scope of strange letters", &["invalid_scope"], good().scope("openid r\u{e9}ad")),
            tell("scope that the client is not registered for", &["invalid_scope"], good().scope("openid print")),
            tell("scope twice", invalid, good().and("scope", "openid")),
            tell(
                "scope of the API that was not named",
                &["invalid_scope"],
                good().scope("openid list").with("resource", crate::harness::API),
            ),
            tell(
                "scope with no API to belong to",
                &["invalid_target", "invalid_scope"],
                world.flow(&world.client("door")).scope("openid read"),
            ),
            tell("resource unknown", &["invalid_target"], good().with("resource", "https://nowhere.example.test")),
            tell("resource of others", &["invalid_target"], good().with("resource", DOCS)),
            tell(
                "resource with a fragment",
                &["invalid_target"],
                good().with("resource", "https://api.example.test#x"),
            ),
            tell("resource relative", &["invalid_target"], good().with("resource", "api")),
            tell(
                "one good and one bad resource",
                &["invalid_target"],
                good().and("resource", crate::harness::API).and("resource", DOCS),
            ),
            tell("challenge missing", invalid, good().without_pkce()),
            tell("challenge missing, method there", invalid, good().without("code_challenge")),
            tell("method missing (that means plain)", invalid, good().without("code_challenge_method")),
            tell("method plain", invalid, good().with("code_challenge_method", "plain")),
            tell("method in lower case", invalid, good().with("code_challenge_method", "s256")),
            tell("challenge too short", invalid, good().with("code_challenge", "abc")),
            tell(
                "challenge with padding",
                invalid,
                good().with("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM="),
            ),
            tell("challenge twice", invalid, good().and("code_challenge", "x")),
            tell(
                "a public client without a challenge",
                invalid,
                world.flow(&world.client("spa")).scope("openid").without_pkce(),
            ),
            tell("prompt unknown", invalid, good().with("prompt", "please")),
            tell("prompt none and login", invalid, good().with("prompt", "none login")),
            tell("prompt twice", invalid, good().and("prompt", "login").and("prompt", "login")),
            tell("prompt none, and nobody there", &["login_required"], good().with("prompt", "none")),
            tell("max_age negative", invalid, good().with("max_age", "-1")),
            tell("max_age no number", invalid, good().with("max_age", "soon")),
            tell("max_age too big a number", invalid, good().with("max_age", "99999999999999999999")),
            tell("max_age twice", invalid, good().and("max_age", "1").and("max_age", "1")),
            tell("claims no JSON", invalid, good().with("claims", "name")),
            tell("claims a list", invalid, good().with("claims", "[]")),
            tell("claims of the wrong type", invalid, good().with("claims", r#"{"id_token":{"name":true}}"#)),
            tell("claims with a NUL in a name", invalid, good().with("claims", r#"{"userinfo":{"na\u0000me":null}}"#)),
            tell(
                "claims with a NUL in a value",
                invalid,
                good().with("claims", r#"{"id_token":{"name":{"values":[{"a":"\u0000"}]}}}"#),
            ),
            tell(
                "claims nested too deep",
                invalid,
                good().with("claims", &format!("{{\"id_token\":{{\"a\":{{\"value\":{}", "[".repeat(3000))),
            ),
            tell(
                "an acr that cannot be met",
                &["unmet_authentication_requirements"],
                good().with("claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:example:platinum"}}}"#),
            ),
            tell(
                "acrs that cannot be met",
                &["unmet_authentication_requirements"],
                good().with("claims", r#"{"id_token":{"acr":{"essential":true,"values":["urn:a","urn:b"]}}}"#),
            ),
            tell("request", &["request_not_supported"], good().with("request", "eyJhbGciOiJub25lIn0.e30.")),
            tell(
                "request_uri",
                &["request_uri_not_supported"],
                good().with("request_uri", "https://house.example.test/request"),
            ),
            tell("registration", &["registration_not_supported"], good().with("registration", "{}")),
            tell("nonce twice", invalid, good().and("nonce", "a").and("nonce", "b")),
            tell("state twice", invalid, good().and("state", "x")),
            tell("login_hint twice", invalid, good().and("login_hint", "a").and("login_hint", "b")),
            tell("ui_locales twice", invalid, good().and("ui_locales", "en").and("ui_locales", "de")),
            tell("display twice", invalid, good().and("display", "page").and("display", "page")),
            tell("acr_values twice", invalid, good().and("acr_values", "1").and("acr_values", "1")),
            tell(
                "id_token_hint that is nothing",
                &["invalid_request", "login_required"],
                good().with("id_token_hint", "nonsense").with("prompt", "none"),
            ),
        ];
        // The redirect URI's own query stays.
        let twins = world
            .flow(&world.client("twins"))
            .with("redirect_uri", "https://twins.example.test/two?x=1")
            .scope("nonsense");
        rows.push(tell("a redirect URI with a query", &["invalid_scope"], twins));
        check("authorize_redirected", world.issuer(), rows).await;
    });
}

/// The same refusals by POST (OpenID Connect Core section 3.1.2.1 wants both methods).
#[test]
fn refusals_by_post() {
    run(async {
        let world = World::shared().await;
        let house = world.client("house");
        let good = |parameters: &[(&str, &str)]| {
            let mut form = vec![
                ("client_id", "house"),
                ("redirect_uri", house.redirect_uri()),
                ("response_type", "code"),
                ("scope", "openid"),
            ];
            form.extend(parameters);
            world
                .post("/oauth2/authorize")
                .form(&form)
                .header("origin", "https://house.example.test")
                .header("sec-fetch-site", "cross-site")
        };
        for (name, call, error) in [
            ("without a challenge", good(&[]), "invalid_request"),
            (
                "prompt none",
                good(&[
                    ("prompt", "none"),
                    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
                    ("code_challenge_method", "S256"),
                ]),
                "login_required",
            ),
        ] {
            // By way of a GET, with which the browser sends its cookies.
            let mut reply = call.send().await;
            if let Some(location) = reply.header("location").filter(|location| location.contains("/oauth2/authorize")) {
                assert_eq!(reply.status, 303, "{name}: {reply:?}");
                let path = location.strip_prefix(world.issuer()).unwrap_or(location).to_owned();
                reply = world.get(&path).send().await;
            }
            let location = reply.header("location").unwrap_or_else(|| panic!("{name}: {reply:?}"));
            assert!(location.starts_with("https://house.example.test/callback?"), "{name}: {reply:?}");
            assert!(location.contains(&format!("error={error}")), "{name}: {reply:?}");
        }
        let untrusted =
            world.post("/oauth2/authorize").form(&[("client_id", "nobody"), ("redirect_uri", "https://evil.test/")]);
        let reply = untrusted.send().await;
        let location = reply.header("location").unwrap_or_default();
        assert!(!location.contains("://evil.test"), "{reply:?}");
        for (name, call) in [
            ("JSON", world.post("/oauth2/authorize").body("application/json", "{}")),
            ("over the limit", world.post("/oauth2/authorize").raw_form(format!("state={}", "x".repeat(70_000)))),
            ("bad encoding", world.post("/oauth2/authorize").raw_form("client_id=%zz")),
        ] {
            let reply = call.send().await;
            assert!(matches!(reply.status, 400 | 413 | 415), "{name}: {reply:?}");
            assert_eq!(reply.header("location"), None, "{name}");
        }
    });
}

/// An error answered by form_post carries the same as one in the query.
#[test]
fn errors_by_form_post() {
    run(async {
        let world = World::shared().await;
        let flow = world.flow(&world.client("house")).scope("nonsense").with("response_mode", "form_post");
        let landing = flow.begin(&mut world.browser()).await;
        let answer = flow.answer(landing);
        assert_eq!(answer.error(), "invalid_scope");
        assert!(answer.posted);
    });
}
