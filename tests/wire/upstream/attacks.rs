//! A provider that lies, answers that were not meant for us, and people who try what they should not.

use std::time::{Duration, Instant};

use wiremock::ResponseTemplate;

use super::fake::{CLIENT_ID, Fake, Trip, back, leave};
use crate::harness::{Value, World, browser::Page, http::form_encode, json, jwt, now, run, until};

async fn begin<'w>(world: &'w World, slug: &str) -> (crate::harness::Browser<'w>, Trip) {
    let mut browser = world.browser();
    let page = browser.open(&world.url("/login")).await.page();
    let trip = leave(&mut browser, &page, slug).await;
    (browser, trip)
}

/// Comes back with a code, whatever the provider then says; gives the page.
async fn come_back(world: &World, browser: &mut crate::harness::Browser<'_>, slug: &str, trip: &Trip) -> Page {
    browser.open(&back(world, slug, &[("code", "a-code"), ("state", &trip.state)])).await.page()
}

async fn rows(world: &World) -> i64 {
    let tables = ["user_account", "upstream_account", "spent", "auth_session", "browser_session", "trail"];
    let all: Vec<String> = tables.iter().map(|table| format!("(select count(*) from {table})")).collect();
    world.database.count(&format!("select {}", all.join(" + "))).await
}

#[test]
fn a_good_answer_is_believed_and_the_code_was_asked_for_properly() {
    run(async {
        let world = World::builder().start().await;
        let fake = Fake::start().await;
        fake.register(&world, "fake", json!({})).await;
        let (mut browser, trip) = begin(&world, "fake").await;
        let mut claims = fake.claims(&trip, "grete");
        claims["at_hash"] = jwt::half_hash("an-access-token", "ES256").into();
        fake.answers(Fake::tokens(&fake.sign(&claims))).await;
        let home = come_back(&world, &mut browser, "fake", &trip).await;
        assert!(home.text().contains("grete"), "{}", home.text());
        let requests = fake.server.received_requests().await.unwrap();
        let request = requests.iter().find(|request| request.url.path() == "/token").unwrap();
        let fields: std::collections::BTreeMap<String, String> =
            url::form_urlencoded::parse(&request.body).into_owned().collect();
        assert_eq!(fields["grant_type"], "authorization_code");
        assert_eq!(fields["redirect_uri"], world.url("/login/upstream/fake/callback"));
        let digest = ring::digest::digest(&ring::digest::SHA256, fields["code_verifier"].as_bytes());
        assert_eq!(jwt::b64(digest), trip.challenge, "PKCE");
        // RFC 6749 section 2.3.1: form-encoded, then base64.
        let pair = format!("{CLIENT_ID}:a+secret%3A+with+odd+characters+%26+more");
        use base64::{Engine, engine::general_purpose::STANDARD};
        let expected = format!("Basic {}", STANDARD.encode(pair));
        assert_eq!(request.headers.get("authorization").unwrap().to_str().unwrap(), expected);
        assert!(!fields.contains_key("client_secret"));
    });
}

#[test]
fn nothing_that_an_id_token_gets_wrong_signs_anybody_in() {
    run(async {
        let world = World::builder().start().await;
        let fake = Fake::start().await;
        fake.register(&world, "fake", json!({})).await;
        // Somebody who is linked already: whoever gets through is signed in as them.
        let (mut browser, trip) = begin(&world, "fake").await;
        fake.answers(Fake::tokens(&fake.sign(&fake.claims(&trip, "victim")))).await;
        assert!(come_back(&world, &mut browser, "fake", &trip).await.text().contains("victim"));
        let before = rows(&world).await;
        let other = jwt::Key::generate();
        let (_, foreign) = begin(&world, "fake").await;
        let claim = |name: &'static str, value: Value| {
            move |fake: &Fake, trip: &Trip| {
                let mut claims = fake.claims(trip, "victim");
                claims[name] = value.clone();
                fake.sign(&claims)
            }
        };
        type Forgery<'a> = (&'a str, Box<dyn Fn(&Fake, &Trip) -> String + 'a>);
        let unsigned = |alg: &'static str| {
            move |fake: &Fake, trip: &Trip| {
                let header = json!({ "alg": alg, "kid": "fake" });
                let input = jwt::unsigned(&header, &fake.claims(trip, "victim"));
                let public = fake.key.jwk("fake").to_string();
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, public.as_bytes());
                let mac =
                    if alg == "none" { String::new() } else { jwt::b64(ring::hmac::sign(&key, input.as_bytes())) };
                format!("{input}.{mac}")
            }
        };
        let forgeries: Vec<Forgery<'_>> = vec![
            ("another trip's nonce", Box::new(claim("nonce", json!(foreign.nonce)))),
            ("no nonce", Box::new(claim("nonce", Value::Null))),
            ("another audience", Box::new(claim("aud", json!("somebody-else")))),
            ("more audiences", Box::new(claim("aud", json!([CLIENT_ID, "somebody-else"])))),
            ("another party", Box::new(claim("azp", json!("somebody-else")))),
            ("another issuer", Box::new(claim("iss", json!("https://accounts.example.test")))),
            ("expired", Box::new(claim("exp", json!(now() - 100)))),
            ("not yet", Box::new(claim("iat", json!(now() + 1000)))),
            ("no subject", Box::new(claim("sub", json!("")))),
            ("another access token", Box::new(claim("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")))),
            ("alg none", Box::new(unsigned("none"))),
            ("HS256 with the public key", Box::new(unsigned("HS256"))),
            (
                "another key",
                Box::new(|fake: &Fake, trip: &Trip| {
                    other.sign(&json!({ "alg": "ES256", "kid": "fake" }), &fake.claims(trip, "victim"))
                }),
            ),
            (
                "another kind of token",
                Box::new(|fake: &Fake, trip: &Trip| {
                    let header = json!({ "alg": "ES256", "kid": "fake", "typ": "logout+jwt" });
                    fake.key.sign(&header, &fake.claims(trip, "victim"))
                }),
            ),
            ("garbage", Box::new(|_: &Fake, _: &Trip| "not.a.token".to_owned())),
        ];
        for (what, forge) in &forgeries {
            let (mut browser, trip) = begin(&world, "fake").await;
            fake.answers(Fake::tokens(&forge(&fake, &trip))).await;
            let page = come_back(&world, &mut browser, "fake", &trip).await;
            assert_eq!(page.reply.status, 400, "{what}: {}", page.text());
            assert!(
                !page.text().contains("nonce") && !page.text().contains("id_token"),
                "{what}: reasons are not told"
            );
            let home = browser.open(&world.url("/")).await.page();
            assert!(!home.text().contains("victim"), "{what}: they are signed in");
        }
        assert_eq!(rows(&world).await, before, "and nothing was written");
        let log = world.servers[0].log();
        for reason in ["id_token_nonce", "id_token_audience", "id_token_algorithm", "id_token_signature"] {
            assert!(log.contains(reason), "the operator reads {reason}");
        }
    });
}

/// RFC 9700 section 4.4, RFC 9207: what one provider answers is never taken for another's.
#[test]
fn answers_are_not_mixed_up() {
    run(async {
        let world = World::builder().start().await;
        let (mut honest, evil) = futures_util::future::join(Fake::start(), Fake::start()).await;
        honest.metadata["authorization_response_iss_parameter_supported"] = json!(true);
        honest.answers(ResponseTemplate::new(500)).await;
        honest.register(&world, "honest", json!({})).await;
        evil.register(&world, "evil", json!({})).await;
        let before = rows(&world).await;
        let (honest_issuer, evil_issuer) = (honest.issuer(), evil.issuer());
        // The browser was sent to the evil one, which sent it on to the honest one: its code must not reach the evil.
        let (mut browser, trip) = begin(&world, "evil").await;
        for (slug, iss) in [("honest", Some(&honest_issuer)), ("honest", None), ("evil", Some(&honest_issuer))] {
            let mut parameters = vec![("code", "a-code-of-the-honest-one"), ("state", trip.state.as_str())];
            parameters.extend(iss.map(|iss| ("iss", iss.as_str())));
            let page = browser.open(&back(&world, slug, &parameters)).await.page();
            assert_eq!(page.reply.status, 400, "{slug} {iss:?}");
        }
        // And the other way round: the honest one always names itself.
        let (mut browser, trip) = begin(&world, "honest").await;
        for iss in [None, Some(evil_issuer.as_str()), Some("")] {
            let mut parameters = vec![("code", "a-code"), ("state", trip.state.as_str())];
            parameters.extend(iss.map(|iss| ("iss", iss)));
            let page = browser.open(&back(&world, "honest", &parameters)).await.page();
            assert_eq!(page.reply.status, 400, "{iss:?}");
        }
        for fake in [&honest, &evil] {
            let requests = fake.server.received_requests().await.unwrap();
            assert!(requests.iter().all(|request| request.url.path() != "/token"), "a code was given away");
        }
        assert_eq!(rows(&world).await, before);
        honest.answers(Fake::tokens(&honest.sign(&honest.claims(&trip, "holly")))).await;
        let parameters = [("code", "a-code"), ("state", trip.state.as_str()), ("iss", honest_issuer.as_str())];
        assert!(browser.open(&back(&world, "honest", &parameters)).await.page().text().contains("holly"));
    });
}

#[test]
fn a_state_counts_once_and_in_one_browser() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let fake = Fake::start().await;
        fake.register(&world, "fake", json!({})).await;
        let (browser, trip) = begin(&world, "fake").await;
        // A provider that takes a code as often as it is shown: then the state alone must hold.
        fake.answers(Fake::tokens(&fake.sign(&fake.claims(&trip, "once")))).await;
        let url = back(&world, "fake", &[("code", "a-code"), ("state", &trip.state)]);
        // Whoever begins a sign-in and sends the way back to somebody else would have them signed in as themselves.
        let (mut victim, _) = begin(&world, "fake").await;
        let page = victim.open(&url).await.page();
        assert_eq!(page.reply.status, 400, "{}", page.text());
        let page = world.browser().open(&url).await.page();
        assert_eq!(page.reply.status, 400, "{}", page.text());
        assert_eq!(world.database.count("select count(*) from upstream_account").await, 0);
        // Many at once, on two instances.
        let path = url.strip_prefix(world.issuer()).unwrap();
        let attempts = (0..10).map(|index| {
            let call = world.call_at(index % 2, "GET", path).header("cookie", browser.cookie_header());
            // They wait for each other, and whoever waits too long is told to come back.
            async move { call.may_be_unavailable().send().await.status }
        });
        let statuses = futures_util::future::join_all(attempts).await;
        let (done, refused): (Vec<u16>, Vec<u16>) = statuses.iter().partition(|status| **status == 303);
        assert_eq!(done.len(), 1, "{statuses:?}");
        assert!(refused.iter().all(|status| matches!(status, 400 | 503)), "{statuses:?}");
        assert_eq!(world.database.count("select count(*) from upstream_account").await, 1);
        assert_eq!(world.database.count("select count(*) from auth_session").await, 1);
        assert_eq!(world.database.count("select count(*) from user_account where username like 'once%'").await, 1);
        // Garbage instead of a state.
        let mut browser = browser;
        for garbage in ["", "A", "garbage", &trip.state[1..], &format!("{}A", trip.state)] {
            let page = browser.open(&back(&world, "fake", &[("code", "a-code"), ("state", garbage)])).await.page();
            assert_eq!(page.reply.status, 400, "{garbage}");
        }
        let twice = format!("{url}&state={}", trip.state);
        assert_eq!(browser.open(&twice).await.page().reply.status, 400);
    });
}

#[test]
fn an_address_is_no_identity() {
    run(async {
        let world = World::builder().start().await;
        let fake = Fake::start().await;
        fake.register(&world, "fake", json!({})).await;
        // The provider names ada's address and does not say that it was verified.
        for (subject, verified) in [("mallory", json!(false)), ("mallet", json!(null)), ("malory", json!("no"))] {
            let (mut browser, trip) = begin(&world, "fake").await;
            let mut claims = fake.claims(&trip, subject);
            claims["email"] = json!("ada@example.test");
            claims["email_verified"] = verified.clone();
            fake.answers(Fake::tokens(&fake.sign(&claims))).await;
            let home = come_back(&world, &mut browser, "fake", &trip).await;
            assert!(home.text().contains(subject), "{verified}: {}", home.text());
            let made = world.command(["user", "show", subject, "--json"]).await.ok().json();
            assert_eq!(made.get("email"), None, "it stays ada's: {made}");
        }
        // With a name that is taken, and one that says too much.
        for (told, username) in [("ada", "ada-2"), ("Admin", "admin-2"), ("bob@evil.test", "bob-2"), ("../x", "x")] {
            let (mut browser, trip) = begin(&world, "fake").await;
            let mut claims = fake.claims(&trip, &crate::harness::unique("s"));
            claims["preferred_username"] = json!(told);
            claims["email"] = json!("not an address");
            fake.answers(Fake::tokens(&fake.sign(&claims))).await;
            come_back(&world, &mut browser, "fake", &trip).await;
            world.command(["user", "show", username, "--json"]).await.ok();
        }
        // Userinfo about somebody else is not believed.
        let (mut browser, trip) = begin(&world, "fake").await;
        let mut claims = fake.claims(&trip, "short");
        claims.as_object_mut().unwrap().remove("email");
        let about = json!({ "sub": "somebody-else", "email": "ada@example.test", "email_verified": true });
        let userinfo = ResponseTemplate::new(200).set_body_json(about);
        fake.answers_with(Fake::tokens(&fake.sign(&claims)), userinfo).await;
        let page = come_back(&world, &mut browser, "fake", &trip).await;
        assert_eq!(page.reply.status, 400, "{}", page.text());
    });
}

#[test]
fn a_provider_that_fails_is_a_page_that_says_so() {
    run(async {
        let world = World::builder().start().await;
        let fake = Fake::start().await;
        fake.register(&world, "fake", json!({})).await;
        let before = rows(&world).await;
        let json = |status: u16, body: Value| ResponseTemplate::new(status).set_body_json(body);
        let slow = Fake::tokens("x").set_delay(Duration::from_secs(60));
        let large = ResponseTemplate::new(200).set_body_string("x".repeat(300 * 1024));
        for (what, answer, status) in [
            ("a fault", ResponseTemplate::new(500), 424),
            ("overload", ResponseTemplate::new(429), 424),
            (
                "a redirect to a private address",
                ResponseTemplate::new(302).insert_header("location", "http://169.254.169.254/"),
                400,
            ),
            ("an old code", json(400, json!({ "error": "invalid_grant" })), 400),
            ("our credentials", json(401, json!({ "error": "invalid_client" })), 400),
            ("no ID token", json(200, json!({ "access_token": "x", "token_type": "Bearer" })), 400),
            ("no JSON", ResponseTemplate::new(200).set_body_string("<html>"), 400),
            ("too much", large, 424),
            ("too slow", slow, 424),
        ] {
            let (mut browser, trip) = begin(&world, "fake").await;
            fake.answers(answer).await;
            let started = Instant::now();
            let page = come_back(&world, &mut browser, "fake", &trip).await;
            assert_eq!(page.reply.status, status, "{what}: {}", page.text());
            assert!(page.has("error-next") && page.has("request-id"), "{what}");
            assert!(started.elapsed() < Duration::from_secs(12), "{what}: {:?}", started.elapsed());
        }
        for (error, words) in [
            ("access_denied", "did not sign you in"),
            ("temporarily_unavailable", "does not answer"),
            ("invalid_scope", "could not check"),
            ("<script>", "could not check"),
        ] {
            let (mut browser, trip) = begin(&world, "fake").await;
            let parameters = [("error", error), ("error_description", "<b>words</b>"), ("state", &trip.state)];
            let page = browser.open(&back(&world, "fake", &parameters)).await.page();
            assert!(page.text().contains(words), "{error}: {}", page.text());
            assert!(!page.reply.text().contains("words"), "{error}: what it says is shown: {}", page.reply.text());
        }
        assert_eq!(rows(&world).await, before, "nothing was written");
    });
}

#[test]
fn a_provider_that_is_away_or_is_another_is_not_gone_to() {
    run(async {
        let world = World::builder().start().await;
        let mut fake = Fake::start().await;
        let good = fake.metadata.clone();
        let set = async |fake: &mut Fake, metadata: Value| {
            fake.metadata = metadata;
            fake.answers(ResponseTemplate::new(500)).await;
        };
        let changed = |name: &str, value: Value| {
            let mut metadata = good.clone();
            metadata[name] = value;
            metadata
        };
        set(&mut fake, json!({})).await;
        fake.register(&world, "fake", json!({})).await;
        let try_it = async || {
            let mut browser = world.browser();
            let page = browser.open(&world.url("/login")).await.page();
            let (_, reply) = browser.press(&page, "upstream-fake", &[]).await;
            reply
        };
        let away = try_it().await;
        assert_eq!(away.status, 424, "{}", away.text());
        assert!(away.text().contains("error-next"));
        // A moment later it may be asked again; each time, what it says must hold.
        for (metadata, status) in [
            (changed("authorization_endpoint", json!("javascript:alert(1)")), 424),
            (changed("token_endpoint", json!("http://169.254.169.254/token")), 424),
            (good.clone(), 303),
        ] {
            set(&mut fake, metadata).await;
            until("it is asked again", Duration::from_secs(10), async || {
                let asked = async || {
                    let requests = fake.server.received_requests().await.unwrap();
                    requests.iter().filter(|request| request.url.path().starts_with("/.well-known")).count()
                };
                let reply = try_it().await;
                (asked().await > 0 && reply.status == status).then_some(())
            })
            .await;
        }
        // Discovery section 4.3: whoever speaks for another issuer is not believed.
        let mut liar = Fake::start().await;
        let issuer = format!("{}/", liar.issuer());
        set(
            &mut liar,
            json!({ "issuer": issuer, "authorization_endpoint": format!("{issuer}a"),
                              "token_endpoint": format!("{issuer}t"), "jwks_uri": format!("{issuer}j") }),
        )
        .await;
        liar.register(&world, "liar", json!({})).await;
        let mut browser = world.browser();
        let page = browser.open(&world.url("/login")).await.page();
        let (_, reply) = browser.press(&page, "upstream-liar", &[]).await;
        assert_eq!(reply.status, 400, "{}", reply.text());
    });
}

/// Private addresses are refused unless the operator allowed them.
#[test]
fn private_addresses_stay_private() {
    run(async {
        let world = World::builder().setting("outbound", "allowed_networks", "[]").start().await;
        let fake = Fake::start().await;
        fake.register(&world, "fake", json!({})).await;
        let mut browser = world.browser();
        let page = browser.open(&world.url("/login")).await.page();
        let (_, reply) = browser.press(&page, "upstream-fake", &[]).await;
        assert_eq!(reply.status, 424);
        assert!(fake.server.received_requests().await.unwrap().is_empty(), "nothing was sent");
    });
}

/// Steps that are skipped, repeated, or sent by somebody else.
#[test]
fn steps_cannot_be_taken_out_of_order() {
    run(async {
        let world = World::builder().start().await;
        let fake = Fake::start().await;
        fake.register(&world, "fake", json!({})).await;
        let (mut browser, trip) = begin(&world, "fake").await;
        let page = browser.open(&world.url("/login")).await.page();
        let request = page.form("upstream-fake").fields("").into_iter().find(|(name, _)| name == "request").unwrap().1;
        let origin = world.issuer().to_owned();
        let same = browser.clone();
        let post = async |path: &str, fields: &[(&str, &str)], site: &str| {
            let cookies = same.cookie_header();
            let call = world.post(path).header("accept", "text/html").header("cookie", cookies);
            call.header("origin", &origin)
                .header("sec-fetch-site", site)
                .raw_form(form_encode(fields.iter().copied()))
                .send()
                .await
        };
        let fields = [("request", request.as_str()), ("upstream", "fake")];
        assert_eq!(post("/login/upstream", &fields, "same-origin").await.status, 303);
        assert_eq!(post("/login/upstream", &fields, "cross-site").await.status, 403, "login CSRF");
        for (what, fields) in [
            ("no journey", vec![("upstream", "fake")]),
            ("a trip as a journey", vec![("request", trip.state.as_str()), ("upstream", "fake")]),
            ("garbage", vec![("request", "garbage"), ("upstream", "fake")]),
        ] {
            let status = post("/login/upstream", &fields, "same-origin").await.status;
            assert!((400..500).contains(&status), "{what}: {status}");
        }
        // A provider that nobody registered: back to the sign-in page.
        let unknown = post("/login/upstream", &[("request", &request), ("upstream", "../x")], "same-origin").await;
        assert_eq!(unknown.status, 303);
        assert!(unknown.header("location").unwrap().contains("/login?request="));
        // What is sealed for one step opens no other.
        for link in ["", "garbage", request.as_str(), trip.state.as_str()] {
            let status =
                post("/login/upstream/link", &[("link", link), ("choice", "link")], "same-origin").await.status;
            assert!((400..500).contains(&status), "{link}: {status}");
        }
        let page = browser.open(&back(&world, "fake", &[("code", "x"), ("state", &request)])).await.page();
        assert_eq!(page.reply.status, 400);
        // The callback is for browsers that come back, not for forms.
        assert_eq!(post("/login/upstream/fake/callback", &[("code", "x")], "cross-site").await.status, 405);
    });
}
