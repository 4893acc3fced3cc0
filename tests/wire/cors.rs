//! Which answers a web page of another origin may read: discovery, JWKS, token, revoke, userinfo, never with
//! credentials; nothing else.

use crate::harness::{World, http::Call, run};

const ORIGIN: &str = "https://spa.example.test";
const OPEN: [(&str, &str); 6] = [
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/.well-known/jwks.json"),
    ("POST", "/oauth2/token"),
    ("POST", "/oauth2/revoke"),
    ("GET", "/oauth2/userinfo"),
];
const CLOSED: [(&str, &str); 7] = [
    ("GET", "/oauth2/authorize"),
    ("POST", "/oauth2/introspect"),
    ("GET", "/oauth2/logout"),
    ("GET", "/login"),
    ("GET", "/consent"),
    ("GET", "/logout"),
    ("GET", "/"),
];

fn preflight(world: &World, method: &str, path: &str) -> Call {
    world
        .call("OPTIONS", path)
        .header("origin", ORIGIN)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", "authorization,content-type")
}

#[test]
fn what_programs_call_is_open_without_credentials() {
    run(async {
        let world = World::shared().await;
        for (method, path) in OPEN {
            let reply = preflight(world, method, path).send().await;
            assert!(matches!(reply.status, 200 | 204), "{path}: {reply:?}");
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{path}: {reply:?}");
            assert_eq!(reply.header("access-control-allow-credentials"), None, "{path}");
            assert!(
                reply.header("access-control-allow-methods").unwrap_or_default().contains(method),
                "{path}: {reply:?}"
            );
            let headers = reply.header("access-control-allow-headers").unwrap_or_default().to_ascii_lowercase();
            assert!(headers.contains("authorization") && headers.contains("content-type"), "{path}: {headers}");

            // Refusals too must be readable, or a web page cannot tell what went wrong.
            let reply = world.call(method, path).header("origin", ORIGIN).send().await;
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{path}: {reply:?}");
            assert_eq!(reply.header("access-control-allow-credentials"), None, "{path}");
            let exposed = reply.header("access-control-expose-headers").unwrap_or_default().to_ascii_lowercase();
            assert!(exposed.contains("www-authenticate"), "{path}: {reply:?}");
        }
    });
}

#[test]
fn nothing_else_is_open() {
    run(async {
        let world = World::shared().await;
        for (method, path) in CLOSED {
            for reply in [
                preflight(world, method, path).send().await,
                world.call(method, path).header("origin", ORIGIN).send().await,
            ] {
                for name in
                    ["access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-headers"]
                {
                    assert_eq!(reply.header(name), None, "{path}: {reply:?}");
                }
            }
        }
    });
}
