//! The management API: who may call what, and what they may do to whom.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::harness::{
    ACCESS_TOKEN, API, Client, Reply, TOKEN_EXCHANGE, Value, World,
    fixture::Person,
    flow::Tokens,
    http::{Call, form_encode},
    json, run, unique,
};

/// Every permission, as the API's document names them.
async fn permissions(world: &World) -> Vec<String> {
    let document = world.get("/api/v1/openapi.json").send().await.ok();
    let scopes = &document["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"]["scopes"];
    scopes.as_object().unwrap().keys().cloned().collect()
}

fn api(world: &World) -> String {
    world.url("/api/v1")
}

/// An application through which people call the API. It holds everything, so that what counts is what they hold.
async fn console(world: &World) -> Client {
    let grants = json!(["authorization_code", "refresh_token", "client_credentials", TOKEN_EXCHANGE]);
    world.add_client("house", json!({ "roles": ["owner"], "grant_types": grants })).await
}

/// A person who holds these roles.
async fn holder(world: &World, roles: &[&str]) -> (Person, String) {
    let person = world.add_person().await;
    world.home.apply(&json!({ "user": [{ "username": person.username, "roles": roles }] })).await.ok();
    let shown = world.command(["user", "show", &person.username, "--json"]).await.ok().json();
    (person, shown["id"].as_str().unwrap().to_owned())
}

/// A token of a person, with two factors and all scopes.
async fn token_of(world: &World, console: &Client, person: &Person) -> String {
    token_with(world, console, person, &permissions(world).await.join(" ")).await
}

async fn token_with(world: &World, console: &Client, person: &Person, scope: &str) -> String {
    let flow = world.flow(console).with("resource", &api(world)).scope(scope);
    let equipped = flow.equip(&mut world.browser(), person).await;
    Tokens::of(&flow.redemption(equipped.answer.code()).send().await).access().to_owned()
}

/// A service's own token.
async fn service(world: &World, roles: &[&str]) -> (Client, String) {
    let client = world.add_client("job", json!({ "roles": roles })).await;
    let tokens = own_token(world, &client).await;
    (client, tokens)
}

async fn own_token(world: &World, client: &Client) -> String {
    let fields = [("grant_type", "client_credentials"), ("resource", &api(world))];
    Tokens::of(&world.token_call(client, &fields).send().await).access().to_owned()
}

fn problem(reply: &Reply) -> Value {
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{reply:?}");
    let document: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(document["status"], reply.status, "{reply:?}");
    document
}

#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(problem(reply)["code"], code, "{reply:?}");
}

/// A call with a JSON body.
fn with_json(call: Call, body: &Value) -> Call {
    call.body("application/json", body.to_string())
}

async fn all_at_once(calls: Vec<Call>) -> Vec<Reply> {
    let barrier = Arc::new(tokio::sync::Barrier::new(calls.len()));
    let tasks = calls.into_iter().map(|call| {
        let barrier = Arc::clone(&barrier);
        crate::harness::spawn(async move {
            barrier.wait().await;
            call.send().await
        })
    });
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

/// The same, for what may be sent once more: whoever is told to come back does so.
async fn all_until_answered(calls: Vec<Call>) -> Vec<Reply> {
    let tasks = calls.into_iter().map(|call| {
        crate::harness::spawn(async move {
            loop {
                let reply = call.clone().may_be_unavailable().send().await;
                if reply.status != 503 {
                    return reply;
                }
            }
        })
    });
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

/// What a kind of caller is answered with at a route that needs a permission.
enum Expected {
    /// This status and code.
    Refused(u16, &'static str),
    /// Those who hold these: let in; else 403.
    Holds(Vec<String>),
}

async fn held_by(world: &World, role: &str) -> Vec<String> {
    let shown = world.command(["role", "show", role, "--json"]).await.ok().json();
    shown["permissions"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Every kind of caller, with a token.
async fn callers(world: &World) -> Vec<(&'static str, Option<String>, Expected)> {
    let console = console(world).await;
    let mut callers = vec![
        ("nobody", None, Expected::Refused(401, "unauthenticated")),
        ("garbage", Some("garbage".to_owned()), Expected::Refused(401, "invalid_token")),
    ];
    let elsewhere = world.own_token(&world.client("job")).await.access().to_owned();
    callers.push(("another audience", Some(elsewhere), Expected::Refused(401, "invalid_token")));
    let (nobody, _) = holder(world, &[]).await;
    callers.push(("no role", Some(token_of(world, &console, &nobody).await), Expected::Holds(Vec::new())));
    for role in ["auditor", "support", "administrator", "owner"] {
        let (person, _) = holder(world, &[role]).await;
        let token = token_of(world, &console, &person).await;
        callers.push((role, Some(token), Expected::Holds(held_by(world, role).await)));
    }
    let (owner, _) = holder(world, &["owner"]).await;
    // What the token does not say does not count, whatever is held.
    let narrow = token_with(world, &console, &owner, "clients:read").await;
    callers.push(("a narrow token", Some(narrow), Expected::Holds(vec!["clients:read".to_owned()])));
    // Nor does what the client does not hold.
    let weak = world.add_client("house", json!({ "roles": ["auditor"] })).await;
    let (other, _) = holder(world, &["owner"]).await;
    let held = held_by(world, "auditor").await;
    let through = token_with(world, &weak, &other, &held.join(" ")).await;
    callers.push(("an owner through a weak client", Some(through), Expected::Holds(held)));
    let (_, own) = service(world, &["administrator"]).await;
    callers.push(("service", Some(own), Expected::Holds(held_by(world, "administrator").await)));
    // One factor: a token for the API without any scope there.
    let person = world.add_person().await;
    let flow = world.flow(&console).with("resource", &api(world)).scope("openid");
    let one_factor = flow.tokens_of(&person).await.access().to_owned();
    callers.push(("one factor", Some(one_factor), Expected::Refused(401, "insufficient_user_authentication")));
    // On behalf of an owner.
    let (owner, _) = holder(world, &["owner"]).await;
    let subject = token_of(world, &console, &owner).await;
    let exchange = [
        ("grant_type", TOKEN_EXCHANGE),
        ("subject_token", &subject),
        ("subject_token_type", ACCESS_TOKEN),
        ("resource", &api(world)),
    ];
    let delegated = Tokens::of(&world.token_call(&console, &exchange).send().await);
    assert!(delegated.claims()["act"].is_object());
    callers.push(("on behalf", Some(delegated.access().to_owned()), Expected::Refused(401, "invalid_token")));
    callers
}

/// A path with things that are not there.
fn filled(path: &str) -> String {
    path.replace("{client}", "no-such-client")
        .replace("{person}", &uuid::Uuid::now_v7().to_string())
        .replace("{resource}", "https%3A%2F%2Fno.example.test")
        .replace("{role}", "no-such-role")
        .replace("{session}", &uuid::Uuid::now_v7().to_string())
}

#[test]
fn every_route_by_every_kind_of_caller() {
    run(async {
        let world = World::builder().start().await;
        let document = world.get("/api/v1/openapi.json").send().await.ok();
        let callers = callers(&world).await;
        let mut rows = 0;
        let mut wrong = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters") {
                let needed = operation["security"][0]["oauth"][0].as_str().unwrap();
                for (who, token, expected) in &callers {
                    let call = world.call(&method.to_uppercase(), &format!("/api/v1{}", filled(path)));
                    let mut call = with_json(call, &json!({})).header("if-match", "\"none\"");
                    if let Some(token) = token {
                        call = call.bearer(token);
                    }
                    let reply = call.send().await;
                    let code = serde_json::from_slice::<Value>(&reply.body).unwrap_or_default()["code"].clone();
                    let fits = match expected {
                        Expected::Refused(status, wanted) => reply.status == *status && code == *wanted,
                        Expected::Holds(held) if held.iter().any(|one| one == needed) => {
                            !matches!(reply.status, 401 | 403 | 405 | 415)
                        }
                        Expected::Holds(_) => reply.status == 403 && code == "insufficient_scope",
                    };
                    if !fits {
                        wrong.push(format!("{who}: {reply:?}"));
                    }
                    if reply.status == 401 {
                        let challenge = reply.header("www-authenticate").unwrap();
                        assert!(challenge.starts_with("Bearer") && challenge.contains("resource_metadata="));
                        assert_eq!(challenge.contains("error="), token.is_some(), "{challenge}");
                    }
                    rows += 1;
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {rows} are wrong:\n{}", wrong.len(), wrong.join("\n"));
        assert!(rows > 400, "{rows}");
    });
}

#[test]
fn what_it_says_of_itself() {
    run(async {
        let world = World::shared().await;
        let metadata = world.get("/.well-known/oauth-protected-resource/api/v1").send().await.ok();
        assert_eq!(metadata["resource"], api(world));
        assert_eq!(metadata["authorization_servers"], json!([world.issuer()]));
        refused(&world.get("/api/v1/nothing").send().await, 404, "not_found");
        refused(&world.call("PUT", "/api/v1/clients").send().await, 405, "method_not_allowed");
        // It is nobody's default, and nobody without a role reaches it.
        let job = world.client("job");
        let fields = [("grant_type", "client_credentials"), ("resource", &api(world))];
        world.token_call(&job, &fields).send().await.refused(400, "invalid_target");
        let (client, _) = service(world, &["auditor"]).await;
        let default = world.own_token(&client).await.claims();
        assert_eq!(default["aud"], API);
        assert_eq!(default["scope"], "read write");
    });
}

#[test]
fn whoever_holds_a_role_signs_in_with_two_factors() {
    run(async {
        let world = World::shared().await;
        let (person, _) = holder(world, &["support"]).await;
        let flow = world.flow(&world.client("house")).scope("openid");
        let page = flow.with_password(&mut world.browser(), &person).await.page();
        assert!(page.has("enroll-submit"), "{page:#?}");
        // A session from before is stepped up.
        let plain = world.add_person().await;
        let mut browser = world.signed_in(&plain).await;
        world.command(["user", "grant-role", &plain.username, "auditor"]).await.ok();
        let page = flow.begin(&mut browser).await.page();
        assert!(page.has("enroll-submit") || page.has("login-submit"), "{page:#?}");
        world.command(["user", "revoke-role", &plain.username, "auditor"]).await.ok();
        assert!(flow.answer(flow.begin(&mut browser).await).get("code").is_some());
    });
}

#[test]
fn nobody_grants_more_than_they_hold_nor_changes_who_is_stronger() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let console = console(&world).await;
        let (admin, admin_id) = holder(&world, &["administrator"]).await;
        let (helper, helper_id) = holder(&world, &["support"]).await;
        let (_, owner_id) = holder(&world, &["owner"]).await;
        let (_, plain_id) = holder(&world, &[]).await;
        let admin = token_of(&world, &console, &admin).await;
        let helper = token_of(&world, &console, &helper).await;
        let put = async |token: &str, path: String| world.call("PUT", &path).bearer(token).send().await;
        let role = |person: &str, role: &str| format!("/api/v1/people/{person}/roles/{role}");
        refused(&put(&admin, role(&plain_id, "owner")).await, 403, "insufficient_permission");
        refused(&put(&admin, role(&admin_id, "owner")).await, 403, "insufficient_permission");
        refused(&put(&admin, role(&owner_id, "support")).await, 403, "insufficient_permission");
        refused(&put(&helper, role(&plain_id, "auditor")).await, 403, "insufficient_scope");
        assert_eq!(put(&admin, role(&plain_id, "support")).await.ok(), json!({ "changed": true }));
        assert_eq!(put(&admin, role(&plain_id, "support")).await.ok(), json!({ "changed": false }));
        refused(&put(&admin, role(&plain_id, "no-such")).await, 404, "not_found");
        let unheld = json!({ "name": "forger", "permissions": ["keys:write"] });
        let reply = with_json(world.post("/api/v1/roles"), &unheld).bearer(&admin).send().await;
        refused(&reply, 403, "insufficient_permission");
        assert_eq!(problem(&reply)["lacking"], json!(["keys:write"]));
        // Whatever would make one somebody stronger.
        for (method, path, body) in [
            ("PATCH", format!("/api/v1/people/{owner_id}"), json!({ "email": "mine@example.test" })),
            ("DELETE", format!("/api/v1/people/{owner_id}"), json!({})),
            ("POST", format!("/api/v1/people/{owner_id}/disable"), json!({})),
            ("DELETE", format!("/api/v1/people/{owner_id}/sessions"), json!({})),
            ("PATCH", format!("/api/v1/clients/{}", console.id), json!({ "redirect_uris": ["https://evil.test/"] })),
            ("POST", format!("/api/v1/clients/{}/secret", console.id), json!({})),
            ("POST", format!("/api/v1/clients/{}/disable", console.id), json!({})),
            ("DELETE", format!("/api/v1/clients/{}", console.id), json!({})),
        ] {
            let call = with_json(world.call(method, &path), &body).header("if-match", "*").bearer(&admin);
            refused(&call.send().await, 403, "insufficient_permission");
        }
        // Equals and weaker ones, they may.
        let call = world.call("PATCH", &format!("/api/v1/people/{helper_id}")).header("if-match", "*").bearer(&admin);
        let changed = with_json(call, &json!({ "email": "new@example.test" })).send().await.ok();
        assert_eq!((&changed["email"], &changed["email_verified"]), (&json!("new@example.test"), &json!(false)));
        let call = world.call("PATCH", &format!("/api/v1/people/{admin_id}")).header("if-match", "*").bearer(&helper);
        refused(&with_json(call, &json!({ "email": null })).send().await, 403, "insufficient_permission");
        // The trail says who did it, and not where they were.
        let acted = "select count(*) from trail where detail -> 'actor' ->> 'person' is not null";
        assert!(world.database.count(acted).await >= 2);
        assert_eq!(world.database.count(&format!("{acted} and address is not null")).await, 0);
    });
}

#[test]
fn the_last_owner_stays() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let console = console(&world).await;
        let (one, one_id) = holder(&world, &["owner"]).await;
        let (two, two_id) = holder(&world, &["owner"]).await;
        let (one, two) = (token_of(&world, &console, &one).await, token_of(&world, &console, &two).await);
        // Each takes the role from the other, at the same moment.
        let path = |id: &str| format!("/api/v1/people/{id}/roles/owner");
        let calls = vec![
            world.call_at(0, "DELETE", &path(&two_id)).bearer(&one),
            world.call_at(1, "DELETE", &path(&one_id)).bearer(&two),
        ];
        let replies = all_at_once(calls).await;
        let won = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(won, 1, "{replies:?}");
        let owners = "select count(*) from role_of_person where role = 'owner'";
        assert_eq!(world.database.count(owners).await, 1);
        let (token, id) = if replies[0].status == 200 { (&one, &one_id) } else { (&two, &two_id) };
        for (method, path) in [
            ("DELETE", path(id)),
            ("DELETE", format!("/api/v1/people/{id}")),
            ("POST", format!("/api/v1/people/{id}/disable")),
        ] {
            refused(&world.call(method, &path).bearer(token).send().await, 409, "last_owner");
        }
        // Nor by a command.
        for arguments in [["user", "delete", id], ["user", "disable", id]] {
            let said = world.command(arguments).await;
            assert!(said.one_line_of_failure().contains("owner"), "{said:?}");
        }
        assert!(world.command(["user", "revoke-role", id, "owner"]).await.one_line_of_failure().contains("owner"));
        assert_eq!(world.database.count(owners).await, 1);
        // Two who delete each other.
        let (other, other_id) = holder(&world, &["owner"]).await;
        let other = token_of(&world, &console, &other).await;
        let calls = vec![
            world.call_at(0, "DELETE", &format!("/api/v1/people/{other_id}")).bearer(token),
            world.call_at(1, "DELETE", &format!("/api/v1/people/{id}")).bearer(&other),
        ];
        let replies = all_at_once(calls).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 204).count(), 1, "{replies:?}");
        assert_eq!(world.database.count(owners).await, 1);
    });
}

#[test]
fn a_role_that_was_taken_counts_no_more() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let (client, token) = service(&world, &["administrator"]).await;
        assert_eq!(world.get("/api/v1/clients").bearer(&token).send().await.status, 200);
        world.command(["client", "revoke-role", &client.id, "administrator"]).await.ok();
        for instance in [0, 1] {
            crate::harness::until("the role is gone", crate::harness::WITHIN_A_SECOND, async || {
                let reply = world.call_at(instance, "GET", "/api/v1/clients").bearer(&token).send().await;
                (reply.status == 403).then_some(())
            })
            .await;
        }
        let fields = [("grant_type", "client_credentials"), ("resource", &api(&world))];
        world.token_call(&client, &fields).send().await.refused(400, "invalid_target");
        let console = console(&world).await;
        let (person, id) = holder(&world, &["auditor"]).await;
        let token = token_of(&world, &console, &person).await;
        assert_eq!(world.get("/api/v1/people").bearer(&token).send().await.status, 200);
        world.command(["user", "revoke-role", &id, "auditor"]).await.ok();
        refused(&world.get("/api/v1/people").bearer(&token).send().await, 403, "insufficient_scope");
    });
}

#[test]
fn clients_from_their_making_to_their_end() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let (_, token) = service(&world, &["administrator"]).await;
        let id = unique("made");
        let body = json!({ "client_id": id, "grant_types": ["client_credentials"], "response_types": [],
                           "scope": "read", "resources": [API] });
        let reply = with_json(world.post("/api/v1/clients"), &body).bearer(&token).send().await;
        assert_eq!(reply.status, 201, "{reply:?}");
        let secret = reply.json()["client_secret"].as_str().unwrap().to_owned();
        let uses = async |secret: &str| {
            let fields = [("grant_type", "client_credentials")];
            world.post("/oauth2/token").form(&fields).basic(&id, secret).send().await.status
        };
        assert_eq!(uses(&secret).await, 200);
        refused(&with_json(world.post("/api/v1/clients"), &body).bearer(&token).send().await, 409, "taken");
        let path = format!("/api/v1/clients/{id}");
        let shown = world.get(&path).bearer(&token).send().await;
        assert!(!shown.text().contains(&secret));
        let etag = shown.header("etag").unwrap().to_owned();
        // Two administrators who looked at the same.
        let calls = [(0, "One"), (1, "Two")].map(|(instance, name)| {
            let call = world.call_at(instance, "PATCH", &path).header("if-match", &etag).bearer(&token);
            with_json(call, &json!({ "client_name": name }))
        });
        let replies = all_at_once(calls.into()).await;
        let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{replies:?}");
        let patch = |body: Value| with_json(world.call("PATCH", &path), &body).bearer(&token);
        refused(&patch(json!({ "client_name": "x" })).send().await, 428, "if_match_missing");
        let reply = patch(json!({ "redirect_uris": [7] })).header("if-match", "*").send().await;
        refused(&reply, 422, "invalid");
        assert!(problem(&reply)["errors"][0]["pointer"].as_str().unwrap().starts_with("#/redirect_uris"), "{reply:?}");
        let reply = patch(json!({ "client_name": null })).header("if-match", "*").send().await.ok();
        assert!(reply.get("client_name").is_none());
        let rotated = with_json(world.post(&format!("{path}/secret")), &json!({})).bearer(&token).send().await.ok();
        crate::harness::until("the old secret is dead", crate::harness::WITHIN_A_SECOND, async || {
            (uses(&secret).await == 401).then_some(())
        })
        .await;
        let secret = rotated["client_secret"].as_str().unwrap();
        assert_eq!(uses(secret).await, 200);
        let post = async |what: &str| world.post(&format!("{path}/{what}")).bearer(&token).send().await.ok();
        assert_eq!(post("disable").await, json!({ "changed": true }));
        assert_eq!(post("disable").await, json!({ "changed": false }));
        assert_eq!(post("enable").await, json!({ "changed": true }));
        assert_eq!(world.call("DELETE", &path).bearer(&token).send().await.status, 204);
        refused(&world.get(&path).bearer(&token).send().await, 404, "not_found");
    });
}

#[test]
fn what_is_asked_for_twice_happens_once() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let (_, token) = service(&world, &["administrator"]).await;
        let (_, stranger) = service(&world, &["administrator"]).await;
        let body = json!({ "client_id": unique("once"), "redirect_uris": ["https://once.example.test/"] });
        let key = unique("key");
        let make = |instance: usize, body: &Value| {
            let call = world.call_at(instance, "POST", "/api/v1/clients").header("idempotency-key", &key);
            with_json(call, body)
        };
        let calls = (0..8).map(|index| make(index % 2, &body).bearer(&token)).collect();
        let replies = all_until_answered(calls).await;
        assert!(replies.iter().all(|reply| reply.status == 201), "{replies:?}");
        let secret = replies[0].json()["client_secret"].clone();
        assert!(secret.is_string() && replies.iter().all(|reply| reply.json()["client_secret"] == secret));
        // The same key for another thing, or of somebody else.
        let other = json!({ "client_id": unique("other"), "redirect_uris": ["https://once.example.test/"] });
        refused(&make(0, &other).bearer(&token).send().await, 422, "idempotency_key_reused");
        refused(&make(0, &body).bearer(&stranger).send().await, 409, "taken");
        // Without a name, each would be another client.
        let nameless = json!({ "redirect_uris": ["https://once.example.test/"] });
        let key = unique("key");
        let calls = (0..8).map(|index| {
            let call = world.call_at(index % 2, "POST", "/api/v1/clients").header("idempotency-key", &key);
            with_json(call, &nameless).bearer(&token)
        });
        let replies = all_until_answered(calls.collect()).await;
        assert!(replies.iter().all(|reply| reply.json()["client_id"] == replies[0].json()["client_id"]), "{replies:?}");
        assert!(!world.database.dump().await.contains(secret.as_str().unwrap()), "a secret is at rest");
    });
}

#[test]
fn people_and_their_sessions() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let (_, token) = service(&world, &["support"]).await;
        let person = Person::named(&unique("p").replace('-', "")[..16]);
        let mut body = person.registration();
        body["username"] = person.username.clone().into();
        let reply = with_json(world.post("/api/v1/people"), &body).bearer(&token).send().await;
        assert_eq!(reply.status, 201, "{reply:?}");
        let id = reply.json()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/people/{id}");
        let _browser = world.signed_in(&person).await;
        let _other = world.signed_in(&person).await;
        let sessions =
            async || world.get(&format!("{path}/sessions")).bearer(&token).send().await.ok()["items"].clone();
        let found = sessions().await;
        assert_eq!(found.as_array().unwrap().len(), 2, "{found}");
        let one = format!("{path}/sessions/{}", found[0]["id"].as_str().unwrap());
        assert_eq!(world.call("DELETE", &one).bearer(&token).send().await.ok()["sessions"], 1);
        assert_eq!(world.call("DELETE", &one).bearer(&token).send().await.ok()["sessions"], 0);
        // Somebody else's is not there.
        let (_, other_id) = holder(&world, &[]).await;
        let foreign = format!("/api/v1/people/{other_id}/sessions/{}", found[1]["id"].as_str().unwrap());
        refused(&world.call("DELETE", &foreign).bearer(&token).send().await, 404, "not_found");
        let all = world.call("DELETE", &format!("{path}/sessions")).bearer(&token).send().await.ok();
        assert_eq!(all["sessions"], 1);
        assert_eq!(sessions().await, json!([]));
        // By names, an administrator's page finds them; by name alone, no path does.
        let query = [("prefix", &person.username.to_uppercase()[..10])];
        let found = world.get("/api/v1/people").query(&query).bearer(&token).send().await.ok();
        assert_eq!(found["items"][0]["id"], id, "{found}");
        refused(
            &world.get(&format!("/api/v1/people/{}", person.username)).bearer(&token).send().await,
            404,
            "not_found",
        );
        let found = world.get("/api/v1/people").query(&[("role", "support")]).bearer(&token).send().await.ok();
        assert_eq!(found["items"], json!([]));
        assert_eq!(world.call("DELETE", &path).bearer(&token).send().await.status, 204);
    });
}

#[test]
fn lists_page_after_page() {
    run(async {
        let world = World::builder().start().await;
        let (_, token) = service(&world, &["administrator"]).await;
        let ids: Vec<String> = (0..5).map(|index| format!("listed-{index}")).collect();
        for id in &ids {
            let body = json!({ "client_id": id, "redirect_uris": ["https://listed.example.test/"] });
            assert_eq!(with_json(world.post("/api/v1/clients"), &body).bearer(&token).send().await.status, 201);
        }
        world.command(["client", "disable", "listed-3"]).await.ok();
        let walk = async |path: &str, filter: &[(&str, &str)], key: &str| {
            let mut found: Vec<String> = Vec::new();
            let mut cursor = String::new();
            loop {
                let mut query = filter.to_vec();
                query.push(("limit", "2"));
                if !cursor.is_empty() {
                    query.push(("cursor", &cursor));
                }
                let page = world.get(path).query(&query).bearer(&token).send().await.ok();
                let items = page["items"].as_array().unwrap().clone();
                assert!(items.len() <= 2);
                found.extend(items.iter().map(|item| item[key].as_str().unwrap().to_owned()));
                match page["next"].as_str() {
                    Some(next) => cursor = next.to_owned(),
                    None => return found,
                }
            }
        };
        let path = "/api/v1/clients";
        assert_eq!(walk(path, &[("prefix", "listed-")], "client_id").await, ids);
        assert_eq!(walk(path, &[("prefix", "listed-"), ("enabled", "false")], "client_id").await, ["listed-3"]);
        assert_eq!(walk(path, &[("prefix", "listed-"), ("enabled", "true")], "client_id").await.len(), 4);
        let all = walk(path, &[], "client_id").await;
        let mut sorted = all.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(all, sorted);
        assert_eq!(walk("/api/v1/resources", &[], "identifier").await.len(), 3);
        assert_eq!(walk("/api/v1/people", &[], "username").await.len(), 3);
        // By what they sign in with: each once, although name and address fit.
        assert_eq!(walk("/api/v1/people", &[("prefix", "a")], "username").await, ["ada"]);
        let resource = format!("/api/v1/resources/{}", &form_encode([("", API)])[1..]);
        assert_eq!(world.get(&resource).bearer(&token).send().await.ok()["identifier"], API);
        for (name, value) in [("limit", "0"), ("limit", "x"), ("cursor", "%%"), ("enabled", "maybe"), ("foo", "1")] {
            refused(&world.get(path).query(&[(name, value)]).bearer(&token).send().await, 400, "invalid_parameter");
        }
    });
}

#[test]
fn garbage_is_refused_and_breaks_nothing() {
    run(async {
        let world = World::builder().start().await;
        let (_, token) = service(&world, &["owner"]).await;
        let document = world.get("/api/v1/openapi.json").send().await.ok();
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        let bodies = [
            "",
            "not json",
            "[]",
            "null",
            "7",
            "{\"a\":1,}",
            "{\"client_id\": 7}",
            "{\"username\": \"\\u0000\"}",
            "{\"client_id\": \"\\u0000\"}",
            "{\"identifier\": \"\\u0000\"}",
            "{\"identifier\": {}}",
            "{\"claims\": {\"a\": \"\\u0000\"}, \"username\": \"nul\"}",
            "{\"scopes\": {\"\\u0000\": \"x\"}}",
            "{\"redirect_uris\": [\"javascript:alert(1)\"]}",
            "{\"grace\": \"99999999999999999999d\"}",
            "{\"default_max_age\": -1}",
            "{\"name\": \"x\", \"permissions\": [\"\\u0000\"]}",
            &deep,
        ];
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters") {
                if operation.get("requestBody").is_none() {
                    continue;
                }
                // Of what is there, so that the body is looked at.
                let path = path.replace("{client}", "house").replace("{resource}", &form_encode([("", API)])[1..]);
                let path = format!("/api/v1{}", filled(&path));
                let call = || world.call(&method.to_uppercase(), &path).header("if-match", "*").bearer(&token);
                for body in &bodies {
                    let reply = call().body("application/json", body).send().await;
                    // `{}`-like bodies that say nothing may be fine.
                    assert!(reply.status >= 400 || body.starts_with('{'), "{body}: {reply:?}");
                }
                assert_eq!(call().body("text/plain", "{}").send().await.status, 415);
                let large = format!("{{\"client_name\": \"{}\"}}", "x".repeat(100_000));
                assert_eq!(call().body("application/json", &large).send().await.status, 413);
                assert!(call().body("application/json", [0xff, 0xfe]).send().await.status == 400);
            }
        }
        for path in ["clients/%00", "clients/%FF", "people/%00", "resources/%00", "clients/..%2f..", "roles/%00"] {
            let status = world.get(&format!("/api/v1/{path}")).bearer(&token).send().await.status;
            assert!((400..500).contains(&status), "{path}: {status}");
        }
        for (name, value) in [("prefix", "\0"), ("cursor", "AA"), ("prefix", "\u{10FFFF}"), ("role", "\0")] {
            let status = world.get("/api/v1/people").query(&[(name, value)]).bearer(&token).send().await.status;
            assert!(status < 500, "{name}: {status}");
        }
        let twice = world.get("/api/v1/clients").bearer(&token).another_header("authorization", "Bearer x");
        assert_eq!(twice.send().await.status, 400);
    });
}
