//! `/oauth2/userinfo` (OpenID Connect Core section 5.3, RFC 6750).

use super::method_rows;
use crate::harness::{
    World, jwt, run,
    table::{Expect, check, row},
};

const PATH: &str = "/oauth2/userinfo";

#[test]
fn refusals() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let tokens = world.flow(&house).scope("openid offline_access read").tokens_of(&ada).await;
        let own = world.own_token(&world.client("job")).await;
        let plain = world.flow(&world.client("plain")).scope("read").tokens_of(&ada).await;
        let invalid = Expect::Challenge(401, "invalid_token");
        let malformed = Expect::Challenge(400, "invalid_request");
        let get = || world.get(PATH);
        let post = || world.post(PATH);
        let mut rows = method_rows(["PUT", "DELETE"].map(|method| (method, world.call(method, PATH))));
        rows.extend([
            row("nobody", get(), Expect::BareChallenge),
            row("nobody, by POST", post().raw_form(""), Expect::BareChallenge),
            row("another scheme", get().basic("house", house.secret()), Expect::BareChallenge),
            row(
                "the token in the query",
                world.get(&format!("{PATH}?access_token={}", tokens.access())),
                Expect::BareChallenge,
            ),
            row(
                "the token in the query of a POST",
                world.post(&format!("{PATH}?access_token={}", tokens.access())).raw_form(""),
                Expect::BareChallenge,
            ),
            row(
                "the token in JSON",
                post().body("application/json", format!("{{\"access_token\":\"{}\"}}", tokens.access())),
                malformed.clone(),
            ),
            row("a token that is empty", get().header("authorization", "Bearer "), malformed.clone()),
            row("two words for a token", get().header("authorization", "Bearer a b"), malformed.clone()),
            row(
                "header and form",
                post().bearer(tokens.access()).form(&[("access_token", tokens.access())]),
                malformed.clone(),
            ),
            row(
                "the token twice in the form",
                post().form(&[("access_token", tokens.access()), ("access_token", tokens.access())]),
                malformed.clone(),
            ),
            row(
                "Authorization twice",
                get().bearer(tokens.access()).another_header("authorization", "Bearer x"),
                malformed,
            ),
            row("an ID token", get().bearer(tokens.id()), invalid.clone()),
            row("a refresh token", get().bearer(tokens.refresh()), invalid.clone()),
            row("a service's own token", get().bearer(own.access()), invalid.clone()),
            row("a token for an API alone", get().bearer(plain.access()), invalid.clone()),
            row(
                "a token for an API alone, in the form",
                post().form(&[("access_token", plain.access())]),
                invalid.clone(),
            ),
        ]);
        for (name, token) in jwt::mutilated(tokens.access()) {
            // What is no b64token is a malformed request rather than an invalid token.
            let expect =
                if name == "with a space" { Expect::Challenge(400, "invalid_request") } else { invalid.clone() };
            rows.push(row(name, get().bearer(&token), expect));
        }
        check("userinfo", world.issuer(), rows).await;
        get().bearer(tokens.access()).send().await.ok();
    });
}
