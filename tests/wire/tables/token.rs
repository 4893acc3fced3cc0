//! `/oauth2/token` (RFC 6749 sections 3.2 and 5.2, RFC 7636, RFC 8707).

use super::{form_rows, method_rows};
use crate::harness::{
    API, DOCS, FILES, TOKEN_EXCHANGE, World,
    http::Call,
    run,
    table::{Expect, Row, bad, check, row},
};

const PATH: &str = "/oauth2/token";

fn unauthenticated(name: &str, call: Call) -> Row {
    row(name, call, Expect::Error(401, &["invalid_client"]))
}

#[test]
fn requests_that_no_grant_would_take() {
    run(async {
        let world = World::shared().await;
        let job = world.client("job");
        let good = world.token_call(&job, &[("grant_type", "client_credentials")]);
        let mut rows = form_rows(&good, "grant_type");
        rows.extend(method_rows(["GET", "PUT", "DELETE", "PATCH"].map(|method| (method, world.call(method, PATH)))));
        rows.extend([
            bad("grant_type missing", good.clone().without("grant_type"), "invalid_request"),
            bad("grant_type empty", good.clone().with("grant_type", ""), "invalid_request"),
            bad("grant_type twice", good.clone().also(&[("grant_type", "client_credentials")]), "invalid_request"),
            bad(
                "everything in the query",
                world.post(&format!("{PATH}?grant_type=client_credentials")).basic(&job.id, job.secret()).raw_form(""),
                "invalid_request",
            ),
            bad("grant_type unknown", good.clone().with("grant_type", "telepathy"), "unsupported_grant_type"),
            bad(
                "grant_type in capitals",
                good.clone().with("grant_type", "CLIENT_CREDENTIALS"),
                "unsupported_grant_type",
            ),
            bad(
                "password",
                good.clone().with("grant_type", "password").also(&[("username", "ada"), ("password", "x")]),
                "unsupported_grant_type",
            ),
            bad("implicit", good.clone().with("grant_type", "implicit"), "unsupported_grant_type"),
            bad(
                "JWT bearer",
                good.clone().with("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                "unsupported_grant_type",
            ),
            bad(
                "a grant that the client does not have",
                good.clone().with("grant_type", "refresh_token").also(&[("refresh_token", "x")]),
                "unauthorized_client",
            ),
            bad(
                "the code grant, which the client does not have",
                good.clone().with("grant_type", "authorization_code").also(&[("code", "x")]),
                "unauthorized_client",
            ),
            bad(
                "an exchange, which the client may not do",
                good.clone().with("grant_type", TOKEN_EXCHANGE),
                "unauthorized_client",
            ),
            bad("scope twice", good.clone().also(&[("scope", "read"), ("scope", "read")]), "invalid_request"),
        ]);
        check("token_any_grant", world.issuer(), rows).await;
    });
}

#[test]
fn clients_that_are_not_who_they_say() {
    run(async {
        let world = World::shared().await;
        let (job, poster, odd) = (world.client("job"), world.client("poster"), world.client("odd"));
        let open = || world.post(PATH).form(&[("grant_type", "client_credentials")]);
        let post = |id: &str, secret: &str| open().also(&[("client_id", id), ("client_secret", secret)]);
        let two = |name: &str, call: Call| bad(name, call, "invalid_request");
        let rows = vec![
            unauthenticated("nobody", open()),
            unauthenticated("only a name", open().also(&[("client_id", &job.id)])),
            unauthenticated("an unknown client", open().basic("nobody", "x")),
            unauthenticated("an unknown client in the form", post("nobody", "x")),
            unauthenticated("an unknown public client", open().also(&[("client_id", "nobody")])),
            unauthenticated("a wrong secret", open().basic(&job.id, "wrong")),
            unauthenticated("an empty secret", open().basic(&job.id, "")),
            unauthenticated("a secret cut short", open().basic(&job.id, &job.secret()[..job.secret().len() - 1])),
            unauthenticated("a secret that goes on", open().basic(&job.id, &format!("{}x", job.secret()))),
            unauthenticated("a secret in capitals", open().basic(&job.id, &job.secret().to_uppercase())),
            unauthenticated("somebody else's secret", open().basic(&job.id, poster.secret())),
            unauthenticated("a client id in capitals", open().basic("JOB", job.secret())),
            unauthenticated(
                "credentials that are not form-encoded",
                open().basic_as_is(&format!("{}:{}", odd.id, odd.secret())),
            ),
            unauthenticated("credentials without a colon", open().basic_as_is("job")),
            unauthenticated("credentials that are no base64", open().header("authorization", "Basic ???")),
            unauthenticated("credentials that are nothing", open().header("authorization", "Basic ")),
            unauthenticated("a bearer token instead", open().bearer("x")),
            unauthenticated("an unknown scheme", open().header("authorization", "Negotiate abc")),
            unauthenticated("a Basic client in the form", post(&job.id, job.secret())),
            unauthenticated("a form client with Basic", open().basic(&poster.id, poster.secret())),
            unauthenticated(
                "the secret in the query",
                world
                    .post(&format!("{PATH}?client_id=poster&client_secret={}", poster.secret()))
                    .form(&[("grant_type", "client_credentials")]),
            ),
            two("Basic and form", open().basic(&job.id, job.secret()).also(&[("client_secret", job.secret())])),
            two(
                "Basic and an assertion",
                world.client("signer").authenticate(open().basic(&job.id, job.secret()), world.issuer()),
            ),
            two(
                "form and an assertion",
                world.client("signer").authenticate(post(&poster.id, poster.secret()), world.issuer()),
            ),
            two(
                "Authorization twice",
                open().basic(&job.id, job.secret()).another_header("authorization", "Basic am9iOng="),
            ),
            two("client_id twice", post(&poster.id, poster.secret()).also(&[("client_id", &poster.id)])),
            two("client_secret twice", post(&poster.id, poster.secret()).also(&[("client_secret", poster.secret())])),
            row(
                "Basic, and another client_id",
                open().basic(&job.id, job.secret()).also(&[("client_id", "poster")]),
                Expect::Error(400, &["invalid_request"]),
            ),
        ];
        check("token_client_authentication", world.issuer(), rows).await;
    });
}

#[test]
fn codes_that_are_not_good() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let mut browser = world.signed_in(&ada).await;
        let flow = || world.flow(&house).scope("openid read");
        let mut codes = Vec::new();
        for _ in 0..12 {
            let flow = flow();
            let answer = flow.authorize(&mut browser, &ada).await;
            codes.push((flow.redemption(answer.code()), answer.code().to_owned()));
        }
        let mut next = || codes.pop().expect("enough codes");
        let good = next().0;
        let legacy = world.flow(&world.client("legacy")).scope("openid").without_pkce();
        let unchallenged = legacy.redemption(legacy.authorize(&mut browser, &ada).await.code());
        let verifier = crate::harness::flow::Pkce::new().verifier;
        let stranger = world.token_call(
            &world.client("spa"),
            &[("grant_type", "authorization_code"), ("redirect_uri", "https://spa.example.test/callback")],
        );
        let rows = vec![
            bad("code missing", good.clone().without("code"), "invalid_request"),
            bad("code empty", good.clone().with("code", ""), "invalid_request"),
            bad("code twice", good.clone().also(&[("code", "x")]), "invalid_request"),
            bad(
                "code unknown",
                good.clone().with("code", "ac_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
                "invalid_grant",
            ),
            bad("code of another shape", good.clone().with("code", "öäü"), "invalid_grant"),
            bad("code of 60 KiB", good.clone().with("code", &"x".repeat(60_000)), "invalid_grant"),
            bad("code with a letter more", next().0.with("code", &format!("{}x", next().1)), "invalid_grant"),
            bad(
                "somebody else's code",
                stranger.also(&[("code", &next().1), ("code_verifier", &verifier)]),
                "invalid_grant",
            ),
            bad(
                "another redirect_uri",
                next().0.with("redirect_uri", "https://house.example.test/other"),
                "invalid_grant",
            ),
            bad(
                "a redirect_uri with a slash more",
                next().0.with("redirect_uri", "https://house.example.test/callback/"),
                "invalid_grant",
            ),
            row(
                "redirect_uri missing",
                next().0.without("redirect_uri"),
                Expect::Error(400, &["invalid_grant", "invalid_request"]),
            ),
            bad("redirect_uri twice", good.clone().also(&[("redirect_uri", "x")]), "invalid_request"),
            row(
                "verifier missing",
                next().0.without("code_verifier"),
                Expect::Error(400, &["invalid_grant", "invalid_request"]),
            ),
            bad("another verifier", next().0.with("code_verifier", &verifier), "invalid_grant"),
            row(
                "a verifier that is too short",
                good.clone().with("code_verifier", "short"),
                Expect::Error(400, &["invalid_grant", "invalid_request"]),
            ),
            row(
                "a verifier of strange letters",
                good.clone().with("code_verifier", &"ä".repeat(50)),
                Expect::Error(400, &["invalid_grant", "invalid_request"]),
            ),
            bad("verifier twice", good.clone().also(&[("code_verifier", &verifier)]), "invalid_request"),
            row(
                "a verifier where none was challenged",
                unchallenged.also(&[("code_verifier", &verifier)]),
                Expect::Error(400, &["invalid_grant", "invalid_request"]),
            ),
            bad("resource that was not granted", next().0.also(&[("resource", FILES)]), "invalid_target"),
            bad(
                "resource that is unknown",
                next().0.also(&[("resource", "https://nowhere.example.test")]),
                "invalid_target",
            ),
            bad("resource that is no URI", good.clone().also(&[("resource", "nowhere")]), "invalid_target"),
            bad("two resources", good.clone().also(&[("resource", API), ("resource", FILES)]), "invalid_target"),
        ];
        check("token_authorization_code", world.issuer(), rows).await;
    });
}

#[test]
fn refresh_tokens_that_are_not_good() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let tokens = world.flow(&house).scope("openid offline_access read").tokens_of(&ada).await;
        let good = world.refresh_call(&house, tokens.refresh());
        let with = |token: &str| good.clone().with("refresh_token", token);
        let refresh = tokens.refresh();
        let mut rows = vec![
            bad("refresh_token missing", good.clone().without("refresh_token"), "invalid_request"),
            bad("refresh_token empty", with(""), "invalid_request"),
            bad("refresh_token twice", good.clone().also(&[("refresh_token", refresh)]), "invalid_request"),
            bad("cut short", with(&refresh[..refresh.len() - 1]), "invalid_grant"),
            bad("cut to the prefix", with("rt_"), "invalid_grant"),
            bad("with a letter more", with(&format!("{refresh}A")), "invalid_grant"),
            bad("of another alphabet", with("rt_äöü"), "invalid_grant"),
            bad("of 60 KiB", with(&"r".repeat(60_000)), "invalid_grant"),
            bad("an access token", with(tokens.access()), "invalid_grant"),
            bad("an ID token", with(tokens.id()), "invalid_grant"),
            bad("somebody else's", world.refresh_call(&world.client("spa"), refresh), "invalid_grant"),
            bad("a wider scope", good.clone().also(&[("scope", "openid offline_access read write")]), "invalid_scope"),
            bad("an unknown scope", good.clone().also(&[("scope", "nonsense")]), "invalid_scope"),
            bad("a scope of strange letters", good.clone().also(&[("scope", "read\"")]), "invalid_scope"),
            bad("resource that was not granted", good.clone().also(&[("resource", FILES)]), "invalid_target"),
            bad("two resources", good.clone().also(&[("resource", API), ("resource", FILES)]), "invalid_target"),
        ];
        // Each letter counts: whichever is another one, it is another token.
        for at in [3, 10, refresh.len() / 2, refresh.len() - 2] {
            let other = if refresh.as_bytes()[at] == b'A' { "B" } else { "A" };
            let flipped = format!("{}{other}{}", &refresh[..at], &refresh[at + 1..]);
            rows.push(bad(
                format!("with another letter at {}", if at > refresh.len() / 2 { "the end" } else { "the front" }),
                with(&flipped),
                "invalid_grant",
            ));
        }
        check("token_refresh_token", world.issuer(), rows).await;
        // None of this touched the token.
        world.refresh_call(&house, refresh).send().await.ok();
    });
}

#[test]
fn scopes_and_resources_that_a_service_may_not_have() {
    run(async {
        let world = World::shared().await;
        let (job, mixed) = (world.client("job"), world.client("mixed-job"));
        let good = world.token_call(&job, &[("grant_type", "client_credentials")]);
        let mixed = world.token_call(&mixed, &[("grant_type", "client_credentials")]);
        let scope = |call: &Call, scope: &str| call.clone().also(&[("scope", scope)]);
        let resource = |call: &Call, resource: &str| call.clone().also(&[("resource", resource)]);
        let homeless = world.token_call(&world.client("homeless"), &[("grant_type", "client_credentials")]);
        let long: String = (0..400).map(|i| format!("s{i} ")).collect();
        let rows = vec![
            bad("an unknown scope", scope(&good, "nonsense"), "invalid_scope"),
            bad("a known and an unknown scope", scope(&good, "read nonsense"), "invalid_scope"),
            bad("a scope that the client is not registered for", scope(&good, "list"), "invalid_scope"),
            bad("a scope in capitals", scope(&good, "READ"), "invalid_scope"),
            bad("a scope of strange letters", scope(&good, "r\u{e9}ad"), "invalid_scope"),
            bad("a scope with a quote", scope(&good, "read\""), "invalid_scope"),
            bad("a scope with a tab", scope(&good, "read\twrite"), "invalid_scope"),
            bad("400 scopes", scope(&good, &long), "invalid_scope"),
            bad("a person's scope", scope(&mixed, "openid"), "invalid_scope"),
            bad("a person's scope beside an API's", scope(&mixed, "openid read"), "invalid_scope"),
            bad("offline_access", scope(&mixed, "offline_access"), "invalid_scope"),
            bad("a scope of another API", scope(&resource(&mixed, API), "list"), "invalid_scope"),
            bad("an unknown resource", resource(&good, "https://nowhere.example.test"), "invalid_target"),
            bad("a resource that is not the client's", resource(&good, FILES), "invalid_target"),
            bad("a resource that is another one's", resource(&good, DOCS), "invalid_target"),
            bad("a resource with a slash more", resource(&good, "https://api.example.test/"), "invalid_target"),
            bad("a relative resource", resource(&good, "/api"), "invalid_target"),
            bad("a resource with a fragment", resource(&good, "https://api.example.test#x"), "invalid_target"),
            bad("the issuer as a resource", resource(&good, world.issuer()), "invalid_target"),
            bad("two resources", resource(&resource(&mixed, API), FILES), "invalid_target"),
            bad("no resource to belong to", homeless.clone(), "invalid_target"),
            bad("a scope with no resource to belong to", scope(&homeless, "read"), "invalid_target"),
        ];
        check("token_client_credentials", world.issuer(), rows).await;
    });
}
