//! What is read of the trail: lists, exports, and the story of a token.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Eye, chain};
use crate::harness::{FILES, Value, World, binary, flow::Tokens, json, jwt, run, unique};

fn events(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["event"].as_str().unwrap()).collect()
}

#[test]
fn lists_find_what_is_sealed_and_what_is_not() {
    run(async {
        let world = World::builder().start().await;
        let person = world.add_person().await;
        let shop = world.add_client("shop", json!({})).await;
        let mut browser = world.browser();
        browser.user_agent = Some("Firefox Analytical".to_owned());
        let tokens = world.flow(&shop).scope("openid read").tokens(&mut browser, &person).await;
        let claims = jwt::decode(tokens.access()).claims;
        let jti = claims["jti"].as_str().unwrap();
        // Read twice: from the tail, or from wherever it is by now, and from the sealed part.
        for _ in 0..2 {
            let list = async |arguments: &[&str]| {
                let mut command = world.home.command(["audit", "list", "--json"]);
                command.args(arguments);
                binary::run(command).await.ok().json()
            };
            let all = list(&["--person", &person.username]).await;
            let found = events(&all);
            for event in ["user.created", "session.opened", "consent.given", "token.issued"] {
                assert!(found.contains(&event), "{event}: {found:?}");
            }
            let time = |one: &Value| OffsetDateTime::parse(one["at"].as_str().unwrap(), &Rfc3339).unwrap();
            let times: Vec<OffsetDateTime> = all.as_array().unwrap().iter().map(time).collect();
            assert!(times.is_sorted_by(|one, next| one >= next), "{times:?}");
            let opened = all.as_array().unwrap().iter().find(|one| one["event"] == "session.opened").unwrap();
            assert_eq!(
                (&opened["address"], &opened["user_agent"]),
                (&json!("127.0.0.1"), &json!("Firefox Analytical"))
            );
            let (user, session) = (opened["user_id"].as_str().unwrap(), opened["session_id"].as_str().unwrap());
            // It may be sealed between the two.
            let unplaced = |mut list: Value| {
                for one in list.as_array_mut().unwrap() {
                    one.as_object_mut().unwrap().remove("seq");
                }
                list
            };
            assert_eq!(unplaced(list(&["--person", user]).await), unplaced(all.clone()));
            assert_eq!(events(&list(&["--person", user, "--limit", "1"]).await).len(), 1);
            assert_eq!(events(&list(&["--token", jti]).await), ["token.issued"]);
            assert!(events(&list(&["--session", session]).await).contains(&"session.opened"));
            assert!(events(&list(&["--client", &shop.id]).await).contains(&"client.created"));
            let grant = list(&["--token", jti]).await[0]["grant_id"].as_str().unwrap().to_owned();
            assert!(events(&list(&["--grant", &grant]).await).contains(&"token.issued"));
            assert_eq!(events(&list(&["--event", "consent.*", "--client", &shop.id]).await), ["consent.given"]);
            assert_eq!(list(&["--event", "consent.given", "--until", "2020-01-01"]).await, json!([]));
            assert_eq!(list(&["--client", &shop.id, "--since", "2100-01-01T00:00:00Z"]).await, json!([]));
            world.until_sealed().await;
        }
        let text = world.command(["audit", "list", "--limit", "5"]).await.ok().out;
        assert_eq!(text.lines().count(), 6, "{text}");
        assert!(
            world
                .command(["audit", "list", "--person", "nobody-at-all"])
                .await
                .one_line_of_failure()
                .contains("nobody")
        );
        // They go. What happened stays, and nobody can read where.
        world.home.run(["user", "delete", &person.username]).await;
        world.until_sealed().await;
        let user = claims_user(&world, jti).await;
        let list = world.command(["audit", "list", "--json", "--person", &user]).await.ok().json();
        let opened = list.as_array().unwrap().iter().find(|one| one["event"] == "session.opened").unwrap();
        assert!(opened["unreadable"] == true && opened["address"].is_null() && opened["user_agent"].is_null());
        assert_eq!(world.database.count("select count(*) from user_account where username like 'p%'").await, 0);
        assert!(Eye::of(&world).await.verify().await.proven, "and no chain is broken");
    });
}

async fn claims_user(world: &World, jti: &str) -> String {
    let list = world.command(["audit", "list", "--json", "--token", jti]).await.ok().json();
    list[0]["user_id"].as_str().unwrap().to_owned()
}

/// Whoever has the export, the page about the encoding and SHA-256 can check the chain without us.
#[test]
fn an_export_proves_itself() {
    run(async {
        let world = World::builder().start().await;
        super::super::exchange::adas_token(&world).await;
        world.until_sealed().await;
        let path = world.home.folder.join(unique("trail"));
        let said = world.command(["audit", "export", path.to_str().unwrap(), "--json"]).await.ok().json();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(said["records"].as_u64(), Some(lines.len() as u64));
        let mut previous = vec![0; 32];
        let mut sealed = 0;
        for line in lines.iter().filter(|line| line["hash"].is_string()) {
            use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
            sealed += 1;
            assert_eq!(line["seq"], sealed);
            previous = chain::Line::exported(line).hash(&previous);
            assert_eq!(line["hash"], URL_SAFE_NO_PAD.encode(&previous));
        }
        assert!(sealed > 20);
        assert!(lines.iter().any(|line| line["opened"]["address"] == "127.0.0.1"));
        // That it was exported is in it, and the file is its owner's alone.
        assert_eq!(lines.iter().filter(|line| line["event"] == "audit.exported").count(), 1, "{text}");
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let out = world.command(["audit", "export", "-"]).await.ok().out;
        assert!(out.lines().count() > lines.len());
    });
}

#[test]
fn a_token_is_explained() {
    run(async {
        let world = World::builder().start().await;
        let parent = super::super::exchange::adas_token(&world).await;
        let api = world.client("example-api");
        let child = Tokens::of(
            &super::super::exchange::exchange(&world, &api, parent.access()).also(&[("resource", FILES)]).send().await,
        );
        let jti = |token: &str| jwt::decode(token).claims["jti"].as_str().unwrap().to_owned();
        let explain = async |token: &str| world.command(["audit", "explain", "--json", token]).await.ok().json();
        let told = explain(child.access()).await;
        assert!(told["genuine"] == true && told["expired"] == false && told["kind"] == "access_token", "{told}");
        assert_eq!((&told["person"]["username"], &told["client_id"]), (&json!("ada"), &json!("example-api")));
        assert_eq!(told["ancestors"][0]["jti"], jti(parent.access()));
        assert_eq!(told["withdrawn"], json!([]));
        assert!(events(&told["session"]).contains(&"session.opened"), "{told}");
        let parents = explain(&jti(parent.access())).await;
        assert!(parents["kind"] == "jti" && parents["descendants"][0]["jti"] == jti(child.access()), "{parents}");
        assert!(events(&parents["consent"]).contains(&"consent.given"), "{parents}");
        assert_eq!(explain(parent.refresh()).await["person"]["username"], "ada");
        // Withdrawn with what it came from.
        assert_eq!(world.revoke_call(&world.client("shop"), parent.refresh()).send().await.status, 200);
        let told = explain(child.access()).await;
        assert!(!told["withdrawn"].as_array().unwrap().is_empty(), "{told}");
        assert!(events(&told["withdrawals"]).contains(&"token.revoked"), "{told}");
        let text = world.command(["audit", "explain", child.access()]).await.ok().out;
        for part in ["ada", "example-api", "What it was exchanged for", "Withdrawals"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        // Forged, and of nobody.
        let mut forged = child.access().to_owned();
        let last = forged.pop().unwrap();
        forged.push(if last == 'A' { 'Q' } else { 'A' });
        let told = world.command(["audit", "explain", "--json", &forged]).await;
        assert!(told.code != Some(0) || told.json()["genuine"] == false, "{told:?}");
        for wrong in ["x", "a.b.c", "00000000-0000-7000-8000-000000000000", ""] {
            world.command(["audit", "explain", wrong]).await.one_line_of_failure();
        }
    });
}
