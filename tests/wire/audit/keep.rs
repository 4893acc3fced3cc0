//! Sealing, whatever happens meanwhile; months, and how long they are kept.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use protocol::error::ErrorCode;
use provider::{Refusal, tally, turned_away};
use sqlx::Row;

use super::{Eye, SOON, chain, since};
use crate::harness::{
    World,
    database::execute,
    json, run,
    server::{Ports, Server},
    until,
};

/// Of two instances one seals; nothing is lost, nothing doubled, and it does not take long.
#[test]
fn what_is_decided_is_sealed_within_a_moment() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let job = world.client("job");
        let mut tokens = HashSet::new();
        for round in 0..20 {
            let call = world.token_call_at(round % 2, &job, &[("grant_type", "client_credentials")]);
            let token = call.send().await.ok()["access_token"].as_str().unwrap().to_owned();
            tokens.insert(crate::harness::jwt::decode(&token).claims["jti"].as_str().unwrap().to_owned());
        }
        let begun = Instant::now();
        world.until_sealed().await;
        println!("sealed in {}", since(begun));
        let mut connection = world.database.connect().await;
        let known: Vec<String> =
            sqlx::query_scalar("select jti::text from audit where event = 'token.issued' and jti is not null")
                .fetch_all(&mut connection)
                .await
                .unwrap();
        assert_eq!(known.len(), tokens.len(), "one each");
        assert_eq!(known.into_iter().collect::<HashSet<_>>(), tokens);
        let gaps =
            "select count(*) from (select seq, row_number() over (order by seq) as n from audit) s where seq <> n";
        assert_eq!(world.database.count(gaps).await, 0);
        let report = world.audit_verify().await.ok().json();
        assert!(report["proven"] == true && report["unsealed"] == 0 && report["checkpoints"].as_i64() > Some(0));
        let text = world.command(["audit", "verify"]).await.ok().out;
        assert!(text.contains("Proven: records 1 to") && text.contains("Signed for"), "{text}");
        // What a transaction that still runs may precede is left alone, and named.
        let mut open = world.database.connect().await;
        execute(&mut open, "begin; insert into journal (at, event, outcome) values (now(), 'test.open', 'ok')").await;
        world.own_token(&job).await;
        until("the tail is named", SOON, async || {
            let report = world.audit_verify().await.ok().json();
            (report["unsealed"].as_i64() >= Some(1) && report["oldest_unsealed"].is_string()).then_some(())
        })
        .await;
        execute(&mut open, "commit").await;
        world.until_sealed().await;
        let order: Vec<String> = sqlx::query_scalar("select event from audit order by seq desc limit 2")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert!(order.contains(&"test.open".to_owned()), "{order:?}");
        assert!(world.audit_verify().await.ok().json()["proven"] == true);
    });
}

/// The sealer is killed again and again in the midst of its work, and another one goes on.
#[test]
fn a_kill_loses_and_doubles_nothing() {
    run(async {
        let mut world = World::builder().instances(2).start().await;
        let job = world.client("job");
        let mut connection = world.database.connect().await;
        let before = world.database.count("select count(*) from trail").await;
        // Much to do.
        execute(
            &mut connection,
            "insert into journal (at, event, outcome, detail)
             select now(), 'test.filled', 'ok', jsonb_build_object('n', n) from generate_series(1, 30000) n",
        )
        .await;
        let received = Arc::new(Mutex::new(Vec::<String>::new()));
        let mut hammers = Vec::new();
        for kill in 0..4 {
            let victim = world.servers.len() - 1;
            let received = Arc::clone(&received);
            let call = world.token_call_at(victim, &job, &[("grant_type", "client_credentials")]);
            hammers.push(crate::harness::spawn(async move {
                while let Ok(reply) = call.clone().may_be_unavailable().try_send().await {
                    if reply.status == 200 {
                        received.lock().unwrap().push(reply.ok()["access_token"].as_str().unwrap().to_owned());
                    }
                }
            }));
            let sealed = world.end().await;
            until("it seals", SOON, async || {
                let done = world.database.count("select count(*) from journal where event = 'test.filled'").await == 0;
                (done || world.end().await > sealed + 500).then_some(())
            })
            .await;
            world.servers[victim].kill();
            if kill == 1 {
                world.servers[0].kill(); // Nobody seals for a while.
            }
            let again = Server::start(&world.home, Ports::pick()).await;
            world.servers.push(again);
        }
        for hammer in hammers {
            hammer.await.unwrap();
        }
        world.until_sealed().await;
        let filled = "select count(distinct detail ->> 'n') from audit where event = 'test.filled'";
        assert_eq!(world.database.count(filled).await, 30_000);
        assert_eq!(world.database.count("select count(*) from audit where event = 'test.filled'").await, 30_000);
        let known: Vec<uuid::Uuid> =
            sqlx::query_scalar("select jti from audit where jti is not null").fetch_all(&mut connection).await.unwrap();
        let distinct: HashSet<uuid::Uuid> = known.iter().copied().collect();
        assert_eq!(known.len(), distinct.len(), "a token stands twice");
        for token in received.lock().unwrap().iter() {
            let jti = crate::harness::jwt::decode(token).claims["jti"].as_str().unwrap().parse().unwrap();
            assert!(distinct.contains(&jti), "a token that the trail does not know");
        }
        assert!(world.database.count("select count(*) from audit").await >= before + 30_000);
        assert_eq!(world.database.count("select max(seq) - count(*) from audit").await, 0, "a gap");
        assert_eq!(world.audit_verify().await.ok().json()["proven"], true);
    });
}

/// A month ends while the server runs: the next one is there already, and the chain goes on across.
#[test]
fn a_month_follows_another() {
    run(async {
        let world = World::builder().start().await;
        let job = world.client("job");
        world.own_token(&job).await;
        world.until_sealed().await;
        world.stop().await;
        let mut connection = world.database.connect().await;
        // As if the last record were of the last second of a month to come, and then of the month after.
        for moment in ["2031-01-31 23:59:59.9", "2031-02-01 00:00:00.1"] {
            execute(
                &mut connection,
                &format!(
                    "update audit_head set sealed_at = '{moment}+00';
                     insert into journal (at, event, outcome) values ('{moment}+00', 'test.month', 'ok')"
                ),
            )
            .await;
            world.seal().await;
        }
        let months: Vec<String> =
            sqlx::query_scalar("select tableoid::regclass::text from audit order by seq desc limit 2")
                .fetch_all(&mut connection)
                .await
                .unwrap();
        assert_eq!(months, ["audit_2031_02", "audit_2031_01"]);
        let report = world.audit_verify().await.ok().json();
        assert!(report["proven"] == true && report["from"] == 1, "{report}");
        let of_month = |month: &'static str| world.command(["audit", "verify", "--json", "--month", month]);
        let report = of_month("2031-01").await.ok().json();
        assert!(report["proven"] == true && report["records"].as_i64() >= Some(1), "{report}");
        assert_eq!(of_month("2029-06").await.ok().json()["records"], 0);
        // A change in one month does not show in the other.
        execute(&mut connection, "update audit set outcome = 'no' where seq = 2").await;
        let said = world.command(["audit", "verify"]).await;
        assert!(said.one_line_of_failure().contains("record 2 "), "{said:?}");
        assert_eq!(of_month("2031-02").await.ok().json()["proven"], true);
    });
}

/// Months that are too old go as a whole, behind a signed checkpoint; what is left is proven from there.
#[test]
fn old_months_go_and_the_rest_is_proven() {
    run(async {
        let world = World::builder().setting("audit", "retention", "\"400d\"").start().await;
        world.own_token(&world.client("job")).await;
        world.until_sealed().await;
        world.stop().await;
        let mut connection = world.database.connect().await;
        // The trail of somebody who began long ago: hashed by us, and signed for by the first checkpoint to come.
        execute(
            &mut connection,
            "delete from audit; delete from audit_checkpoint;
             create table audit_2024_01 partition of audit for values from ('2024-01-01+00') to ('2024-02-01+00');
             create table audit_2024_02 partition of audit for values from ('2024-02-01+00') to ('2024-03-01+00');
             insert into audit (seq, sealed_at, id, at, event, outcome, hash)
             select n, '2024-01-15+00'::timestamptz + n * interval '1 hour', n, '2024-01-15+00'::timestamptz + n * interval '1 hour', 'test.old', 'ok', ''
             from generate_series(1, 700) n",
        )
        .await;
        chain::rehash(&mut connection, 1).await;
        world.command(["user", "disable", "bob"]).await.ok();
        world.seal().await;
        let old = world.command(["audit", "checkpoint"]).await.ok().out;
        let eye = Eye::of(&world).await;
        let report = eye.verify().await;
        assert!(report.proven && report.from == 1 && report.to > 700, "{report:?}");
        let said = world.command(["audit", "prune", "--json"]).await.ok().json();
        assert_eq!(said["dropped"]["months"], json!(["2024-01", "2024-02"]));
        assert_eq!((said["dropped"]["first"].as_i64(), said["dropped"]["last"].as_i64()), (Some(1), Some(700)));
        let report = eye.verify().await;
        assert!(report.proven && report.from == 701 && report.dropped_to == Some(700), "{report:?}");
        assert_eq!(report.dropped.unwrap().months, ["2024-01", "2024-02"]);
        assert_eq!(world.command(["audit", "prune", "--json"]).await.ok().json()["dropped"], json!(null));
        world.seal().await;
        assert_eq!(world.database.count("select count(*) from audit where event = 'audit.dropped'").await, 1);
        // A checkpoint of what is still there counts; the beginning cannot be moved by hand.
        assert!(eye.verify_against(old.trim()).await.proven);
        let newest = world.command(["audit", "checkpoint", "--json"]).await.ok().json();
        assert_eq!(newest["claims"]["start"]["seq"], 700);
        execute(&mut connection, "delete from audit where seq = 701").await;
        assert_eq!(super::broken_at(&eye.verify().await), 701);
        // Putting back what was dropped is putting something in.
        execute(
            &mut connection,
            "insert into audit select 700, sealed_at, id, at, event, outcome, user_id, client_id, grant_id, session_id, jti,
             request_id, address, detail, personal, hash from audit order by seq limit 1",
        )
        .await;
        assert_eq!(super::broken_at(&eye.verify().await), 700);
        let row =
            sqlx::query("select count(*) from pg_class where relname like 'audit_2024%'").fetch_one(&mut connection);
        assert_eq!(row.await.unwrap().get::<i64, _>(0), 0);
    });
}

/// Without a partition for the month to come nothing would be sealed: it is made a week ahead.
#[test]
fn the_next_month_is_made_ahead() {
    run(async {
        let world = World::builder().start().await;
        world.own_token(&world.client("job")).await;
        until("partitions are there", SOON, async || {
            let there = "select count(*) from pg_inherits where inhparent = 'audit'::regclass";
            (world.database.count(there).await >= 1).then_some(())
        })
        .await;
        let week_ahead = time::OffsetDateTime::now_utc() + Duration::from_secs(7 * 24 * 3600);
        let name = format!("audit_{:04}_{:02}", week_ahead.year(), u8::from(week_ahead.month()));
        until("also for next week", SOON, async || {
            let there = format!("select count(*) from pg_class where relname = '{name}'");
            (world.database.count(&there).await == 1).then_some(())
        })
        .await;
    });
}

/// Strangers are told of by how many they were, not one by one.
#[test]
fn strangers_who_are_refused_fill_nothing() {
    run(async {
        let world = World::builder().start().await;
        world.stop().await;
        let eye = Eye::of(&world).await;
        let refusal = || Refusal::new(ErrorCode::InvalidClient, "no", "client_unknown");
        for last in 0..200 {
            let mut context = eye.context();
            context.request.address = Some(format!("198.51.100.{last}").parse().unwrap());
            tally::turned_away(&context, "token", &refusal());
        }
        turned_away::write(&eye.context()).await.unwrap();
        turned_away::write(&eye.context()).await.unwrap();
        let list = world.command(["audit", "list", "--json", "--event", "request.refused"]).await.ok().json();
        let rows = list.as_array().unwrap();
        assert_eq!(rows.len(), 1, "{list}");
        assert_eq!(rows[0]["outcome"], "client_unknown");
        assert_eq!(rows[0]["detail"], json!({ "endpoint": "token", "range": "198.51.100.0/24", "count": 200 }));
        // What could not be written is not forgotten.
        tally::turned_away(&eye.context(), "token", &refusal());
        world.database.cut().await;
        assert!(turned_away::write(&eye.context()).await.is_err());
        world.database.restore().await;
        until("it is written", SOON, async || turned_away::write(&eye.context()).await.ok()).await;
        let rows = "select count(*) from trail where event = 'request.refused'";
        assert_eq!(world.database.count(rows).await, 2);
    });
}
