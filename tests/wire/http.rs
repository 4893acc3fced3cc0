//! HTTP as nobody should speak it: slow, endless, broken, smuggled. Never a 5xx, never a panic, never a connection
//! that is kept for ever.

use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::harness::{
    World,
    raw::{self, Raw},
    run,
};

/// A server with little patience.
async fn hasty() -> &'static World {
    static WORLD: OnceCell<World> = OnceCell::const_new();
    WORLD
        .get_or_init(|| {
            World::builder()
                .setting("server", "header_timeout", "\"1s\"")
                .setting("server", "body_timeout", "\"1s\"")
                .setting("server", "request_timeout", "\"5s\"")
                .start()
        })
        .await
}

async fn say(bytes: impl AsRef<[u8]>) -> String {
    let world = hasty().await;
    let mut connection = Raw::connect(world.servers[0].address()).await;
    connection.send(bytes).await;
    connection.read_to_end(Duration::from_secs(6)).await
}

async fn still_well() {
    let world = hasty().await;
    world.own_token(&world.client("job")).await;
}

#[test]
fn garbage_gets_400_or_nothing() {
    run(async {
        let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(200_000));
        let many: String = (0..2000).map(|i| format!("X-{i}: 1\r\n")).collect();
        let cases: Vec<(&str, Vec<u8>)> = vec![
            ("words", b"hello there\r\n\r\n".to_vec()),
            ("binary", vec![0, 1, 2, 3, 255, 254, 13, 10, 13, 10]),
            ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec()),
            ("an unknown version", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n".to_vec()),
            ("no version", b"GET /\r\n\r\n".to_vec()),
            ("a header without a colon", b"GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n".to_vec()),
            ("a header with a space in its name", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n".to_vec()),
            ("a header with a NUL", b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n".to_vec()),
            ("a folded header", b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\nConnection: close\r\n\r\n".to_vec()),
            ("a request line of 200 KB", long.into_bytes()),
            ("2000 headers", format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n").into_bytes()),
            ("a header of 200 KB", format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(200_000)).into_bytes()),
            ("a negative length", b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".to_vec()),
            ("two lengths", b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef".to_vec()),
            ("an unknown transfer coding", b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n".to_vec()),
            ("a broken chunk", b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec()),
            ("a path without a slash", b"GET x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec()),
            ("a method of its own", b"BREW / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec()),
            ("CONNECT", b"CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n".to_vec()),
            ("TRACE", b"TRACE /oauth2/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec()),
            ("a star", b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec()),
            ("a URL in place of a path", b"GET http://evil.test/oauth2/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec()),
            ("HTTP/2 without asking", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00nonsense!".to_vec()),
        ];
        for (name, bytes) in cases {
            let answer = say(bytes).await;
            if answer.starts_with("HTTP/1") {
                let status = raw::status(&answer).unwrap_or_else(|| panic!("{name}: {answer}"));
                assert!((400..500).contains(&status), "{name}: {answer}");
            }
            assert!(!answer.contains("evil.test"), "{name}: {answer}");
        }
        still_well().await;
    });
}

/// A request that two servers may read differently is refused (RFC 9112 section 6.3).
#[test]
fn nothing_is_smuggled() {
    run(async {
        let smuggled = "GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        for head in [
            format!(
                "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                5 + smuggled.len()
            ),
            "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"
                .to_owned(),
            "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n".to_owned(),
            "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 90\r\n\r\n".to_owned(),
        ] {
            let answer = say(format!("{head}{smuggled}")).await;
            assert!(!answer.contains("\"keys\""), "the second request was answered: {answer}");
        }
        still_well().await;
    });
}

#[test]
fn a_client_that_does_not_finish_its_head_is_cut_off() {
    run(async {
        let world = hasty().await;
        for start in ["", "G", "POST /oauth2/token HTTP/1.1\r\nHost: x\r\n"] {
            let begun = Instant::now();
            let mut connection = Raw::connect(world.servers[0].address()).await;
            connection.send(start).await;
            let answer = connection.read_to_end(Duration::from_secs(4)).await;
            assert!(begun.elapsed() >= Duration::from_millis(700), "cut off too early, after {:?}", begun.elapsed());
            assert!(answer.is_empty() || raw::status(&answer) == Some(408), "{answer}");
        }
    });
}

/// One byte now and then does not make the clock start anew.
#[test]
fn a_client_that_drips_its_head_is_cut_off() {
    run(async {
        let world = hasty().await;
        let mut connection = Raw::connect(world.servers[0].address()).await;
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n").await;
        let begun = Instant::now();
        let mut alive = true;
        crate::harness::until("it is cut off", Duration::from_secs(6), async || {
            alive = alive && connection.send("X: y\r\n").await;
            (!alive).then_some(())
        })
        .await;
        assert!(begun.elapsed() < Duration::from_secs(5), "after {:?}", begun.elapsed());
    });
}

#[test]
fn a_client_that_does_not_finish_its_body_is_told_or_cut_off() {
    run(async {
        let world = hasty().await;
        for (length, path) in [
            (100, "/oauth2/token"),
            (100, "/oauth2/introspect"),
            (100, "/login"),
            (100, "/oauth2/authorize"),
            (60_000, "/oauth2/revoke"),
        ] {
            let mut connection = Raw::connect(world.servers[0].address()).await;
            connection.send(format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\ngrant")).await;
            let answer = connection.read_to_end(Duration::from_secs(6)).await;
            let status = raw::status(&answer);
            assert!(answer.is_empty() || status.is_some_and(|status| (400..500).contains(&status)), "{path}: {answer}");
        }
        still_well().await;
    });
}

/// An endless body is not read to its end.
#[test]
fn an_endless_body_is_refused_at_the_limit() {
    run(async {
        let world = hasty().await;
        for path in ["/oauth2/token", "/oauth2/userinfo", "/login", "/oauth2/authorize", "/oauth2/logout", "/consent"] {
            let mut connection = Raw::connect(world.servers[0].address()).await;
            connection.send(format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n")).await;
            let chunk = format!("4000\r\n{}\r\n", "a".repeat(0x4000));
            let mut sent = 0;
            while sent < 2_000_000 && connection.send(&chunk).await {
                sent += chunk.len();
            }
            let answer = connection.read_to_end(Duration::from_secs(6)).await;
            let status = raw::status(&answer);
            assert!(answer.is_empty() || status.is_some_and(|status| (400..500).contains(&status)), "{path}: {answer}");
            // What a declared length gives away is refused before it is read.
            let answer = say(format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999999\r\n\r\n")).await;
            let status = raw::status(&answer);
            assert!(status.is_some_and(|status| (400..500).contains(&status)), "{path}: {answer}");
        }
        still_well().await;
    });
}

/// Many who do not finish do not keep the others from being served.
#[test]
fn idle_connections_do_not_starve_the_others() {
    run(async {
        let world = hasty().await;
        let mut idle = Vec::new();
        for _ in 0..300 {
            let mut connection = Raw::connect(world.servers[0].address()).await;
            connection.send("POST /oauth2/token HTTP/1.1\r\nHost: x\r\n").await;
            idle.push(connection);
        }
        let begun = Instant::now();
        world.own_token(&world.client("job")).await;
        assert!(begun.elapsed() < Duration::from_secs(1), "after {:?}", begun.elapsed());
    });
}

/// Connections are kept between requests, and several requests may stand in one.
#[test]
fn connections_are_kept() {
    run(async {
        let world = hasty().await;
        let mut connection = Raw::connect(world.servers[0].address()).await;
        connection.send("GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        let answer = connection.read_to_end(Duration::from_secs(4)).await;
        assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 1, "{answer}");
        assert_eq!(answer.matches("HTTP/1.1 404 ").count(), 1, "{answer}");
    });
}

/// Cookies in masses, headers in strange letters.
#[test]
fn odd_headers_are_no_error() {
    run(async {
        let world = World::shared().await;
        let flow = world.flow(&world.client("house")).scope("openid");
        let path = flow.url()[world.issuer().len()..].to_owned();
        // Under the names that the server's own cookies have.
        let signed_in = world.signed_in(&world.person("ada")).await;
        let cookies = |value: &[u8]| {
            let pairs = signed_in.cookies.keys().map(|name| [name.as_bytes(), b"=", value].concat());
            pairs.collect::<Vec<_>>().join(&b"; "[..])
        };
        for (name, value) in [
            ("cookie", b"a=1; ; =; b; \"".to_vec()),
            ("cookie", cookies(b"")),
            ("cookie", cookies(b"\xff\xfe")),
            ("cookie", cookies(&[b'A'; 43])),
            ("cookie", cookies(&[b'A'; 22])),
            ("cookie", [b"x=".to_vec(), vec![b'y'; 6000]].concat()),
            ("user-agent", b"\xff\xfe\xfd".to_vec()),
            ("user-agent", vec![b'u'; 6000]),
            ("accept-language", b"xx-\xff, *;q=nonsense, de;q=2".to_vec()),
            ("origin", b"null".to_vec()),
            ("referer", b"\xff".to_vec()),
            ("content-type", b"\xff".to_vec()),
            ("x-forwarded-for", b"\xff, 1.2.3.4.5, ::".to_vec()),
            ("authorization", b"\xff".to_vec()),
        ] {
            let reply = world.get(&path).header(name, &value).send().await;
            assert!(matches!(reply.status, 200 | 302 | 303), "{name}: {reply:?}");
            let reply = world
                .token_call(&world.client("job"), &[("grant_type", "client_credentials")])
                .header(name, &value)
                .send()
                .await;
            let expected: &[u16] = match name {
                "authorization" => &[400, 401],
                "content-type" => &[400],
                _ => &[200],
            };
            assert!(expected.contains(&reply.status), "{name}: {reply:?}");
        }
    });
}
