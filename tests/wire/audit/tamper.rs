//! What the owner of the database may do to the trail, and that it shows.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::{Eye, broken_at, chain, file, since};
use crate::harness::{Value, World, database::execute, run};

/// A world at rest, in which a little of everything happened, with a copy of its trail beside it.
struct AtRest {
    world: World,
    eye: Eye,
    connection: PgConnection,
    /// The last position.
    end: i64,
    /// That of an early checkpoint.
    early: i64,
}

impl AtRest {
    async fn new() -> Self {
        let world = World::builder().start().await;
        let early =
            world.command(["audit", "checkpoint", "--json"]).await.ok().json()["claims"]["seq"].as_i64().unwrap();
        let ada = world.person("ada");
        let tokens = super::super::exchange::adas_token(&world).await;
        super::super::exchange::exchange(&world, &world.client("example-api"), tokens.access())
            .also(&[("resource", crate::harness::FILES)])
            .send()
            .await
            .ok();
        world.own_token(&world.client("job")).await;
        world.signed_in(&ada).await;
        world.until_sealed().await;
        world.stop().await;
        world.seal().await;
        let mut connection = world.database.connect().await;
        for table in ["audit", "audit_checkpoint", "audit_head"] {
            execute(&mut connection, &format!("create table saved_{table} as select * from {table}")).await;
        }
        let eye = Eye::of(&world).await;
        let end = world.end().await;
        let report = eye.verify().await;
        assert!(report.proven && report.to == end && report.from == 1, "{report:?}");
        Self { world, eye, connection, end, early }
    }

    /// As it was.
    async fn restore(&mut self) {
        for table in ["audit", "audit_checkpoint", "audit_head"] {
            let anew = format!("delete from {table}; insert into {table} select * from saved_{table}");
            execute(&mut self.connection, &anew).await;
        }
    }

    async fn tamper(&mut self, statement: &str) {
        execute(&mut self.connection, statement).await;
    }

    /// The position that is named when this is done; then it is undone.
    async fn named(&mut self, statement: &str) -> (i64, String) {
        self.tamper(statement).await;
        let report = self.eye.verify().await;
        self.restore().await;
        let broken = report.broken.clone().unwrap_or_else(|| panic!("nobody noticed: {statement}"));
        (broken_at(&report), broken.what)
    }
}

/// The same text with one character changed to another of its kind.
fn changed(text: &str, position: usize) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let byte = bytes.get_mut(position)?;
    *byte = match *byte {
        b'0'..=b'8' | b'a'..=b'e' | b'g'..=b'y' | b'A'..=b'Y' => *byte + 1,
        b'9' => b'8',
        b'f' => b'e',
        b'z' => b'y',
        b' ' => b'_',
        _ => b'x',
    };
    String::from_utf8(bytes).ok()
}

/// Every column of every record at some byte, and one record of each kind at every byte.
#[test]
fn every_single_byte_counts() {
    run(async {
        let begun = std::time::Instant::now();
        let mut rest = AtRest::new().await;
        let columns: Vec<(String, String, bool)> = sqlx::query_as(
            "select column_name::text, udt_name::text, is_nullable = 'YES' from information_schema.columns
             where table_name = 'audit' order by ordinal_position",
        )
        .fetch_all(&mut rest.connection)
        .await
        .unwrap();
        assert!(columns.len() >= 16);
        let (mut tried, mut refused) = (0, 0);
        let mut kinds = BTreeSet::new();
        let mut touched = BTreeSet::new();
        for seq in 1..=rest.end {
            let row =
                sqlx::query(AssertSqlSafe(format!("select to_jsonb(a) as row, event from audit a where seq = {seq}")))
                    .fetch_one(&mut rest.connection)
                    .await
                    .unwrap();
            let everywhere = kinds.insert(row.get::<String, _>("event"));
            for (column, kind, nullable) in &columns {
                let cast = format!("{column}::text");
                let text: Option<String> =
                    sqlx::query_scalar(AssertSqlSafe(format!("select {cast} from audit where seq = {seq}")))
                        .fetch_one(&mut rest.connection)
                        .await
                        .unwrap();
                let mut values: Vec<Option<String>> = Vec::new();
                match &text {
                    None => {
                        let value = match kind.as_str() {
                            "uuid" => "00000000-0000-7000-8000-000000000000",
                            "jsonb" => "null",
                            "inet" => "192.0.2.1",
                            "bytea" => "\\x",
                            _ => "",
                        };
                        values.push(Some(value.to_owned()));
                    }
                    Some(text) => {
                        let step = if everywhere { 1 } else { text.len().max(1) };
                        // Long ones at every seventh place: their bytes are all alike.
                        let step = if everywhere && text.len() > 100 { 7 } else { step };
                        let first = if everywhere { 0 } else { usize::try_from(seq).unwrap() % text.len().max(1) };
                        values.extend((first..text.len()).step_by(step).filter_map(|at| changed(text, at)).map(Some));
                        if *nullable {
                            values.push(None);
                        }
                    }
                }
                for value in values {
                    let set = format!(
                        "update audit set {column} = $1::text::{kind} where seq = {seq} and {column} is distinct from $1::text::{kind}"
                    );
                    let done = sqlx::query(AssertSqlSafe(set)).bind(&value).execute(&mut rest.connection).await;
                    // No value of that type, no such partition: it cannot be done.
                    let Ok(done) = done else {
                        refused += 1;
                        continue;
                    };
                    if done.rows_affected() == 0 {
                        continue;
                    }
                    tried += 1;
                    touched.insert(column.clone());
                    let report = rest.eye.verify().await;
                    let named = broken_at(&report);
                    if column != "seq" {
                        assert_eq!(named, seq, "{column} of record {seq} made {value:?}: {report:?}");
                    }
                    let back = format!(
                        "delete from audit where seq = {seq} or id = (select id from saved_audit where seq = {seq}) or seq = {}; insert into audit select * from saved_audit s where not exists (select from audit a where a.seq = s.seq)",
                        if column == "seq" { value.clone().unwrap() } else { seq.to_string() }
                    );
                    execute(&mut rest.connection, &back).await;
                }
            }
        }
        assert!(rest.eye.verify().await.proven);
        assert_eq!(touched.len(), columns.len(), "{touched:?}");
        assert!(tried > 500, "{tried}");
        println!(
            "{tried} changes in {} records, {refused} that the database did not take, in {}",
            rest.end,
            since(begun)
        );
    });
}

/// Every byte of the checkpoints and of the chain's end counts as well.
#[test]
fn the_tables_beside_it_are_covered() {
    run(async {
        let mut rest = AtRest::new().await;
        let jws: String = sqlx::query_scalar("select jws from audit_checkpoint order by number desc limit 1")
            .fetch_one(&mut rest.connection)
            .await
            .unwrap();
        for at in (0..jws.len()).step_by(11).chain([jws.len() - 1]) {
            let Some(other) = changed(&jws, at) else { continue };
            rest.tamper(&format!("update audit_checkpoint set jws = '{other}' where jws = '{jws}'")).await;
            let report = rest.eye.verify().await;
            assert!(report.broken.is_some(), "{at}: {report:?}");
            rest.restore().await;
        }
        for change in [
            "update audit_checkpoint set seq = seq + 1 where number = 1",
            "update audit_checkpoint set made_at = made_at + interval '1 microsecond' where number = 1",
            "update audit_checkpoint set number = number + 1000",
            "delete from audit_checkpoint",
            "update audit_head set seq = seq + 1",
            "update audit_head set seq = seq - 1",
            "update audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex')",
            "update audit_head set hash = set_byte(hash, 31, get_byte(hash, 31) # 1)",
            "update audit_head set sealed_at = sealed_at + interval '1 microsecond'",
        ] {
            rest.tamper(change).await;
            let report = rest.eye.verify().await;
            assert!(report.broken.is_some(), "{change}: {report:?}");
            let said = rest.world.audit_verify().await;
            assert!(said.one_line_of_failure().contains("audit trail"), "{change}: {said:?}");
            rest.restore().await;
        }
        assert!(rest.eye.verify().await.proven);
    });
}

#[test]
fn what_is_taken_away_put_in_or_moved_is_named() {
    run(async {
        let mut rest = AtRest::new().await;
        let end = rest.end;
        assert!(end > 20);
        for seq in [1, 2, end / 2, end - 1] {
            let (named, what) = rest.named(&format!("delete from audit where seq = {seq}")).await;
            assert!(named == seq && what.starts_with("is missing"), "{seq}: {named} {what}");
        }
        let (named, what) = rest.named(&format!("delete from audit where seq between 5 and {}", end - 5)).await;
        assert!(named == 5 && what.starts_with("is missing"), "{what}");
        let (named, what) = rest.named(&format!("delete from audit where seq >= {}", end - 2)).await;
        assert!(named == end - 2 && what.contains("end of the chain"), "{what}");
        let (named, _) = rest.named("delete from audit").await;
        assert_eq!(named, 1);
        // Two change places.
        for (one, other) in [(1, 2), (7, 8), (3, end - 1)] {
            // By way of a place where nobody is: the key is checked row by row.
            let by_way = format!(
                "update audit set seq = -1 where seq = {one}; update audit set seq = {one} where seq = {other};
                 update audit set seq = {other} where seq = -1"
            );
            assert_eq!(rest.named(&by_way).await.0, one);
            // And their hashes stay where they were.
            let with_hashes = format!(
                "{by_way}; update audit a set hash = s.hash from saved_audit s
                 where s.seq = a.seq and a.seq in ({one}, {other})"
            );
            assert_eq!(rest.named(&with_hashes).await.0, one);
        }
        // One is put in: at a place that is taken, before the beginning, behind the end.
        let copy = |seq: i64, from: i64| {
            format!(
                "insert into audit select {seq}, sealed_at + interval '1 second', id, at, event, outcome, user_id,
                 client_id, grant_id, session_id, jti, request_id, address, detail, personal, hash
                 from audit where seq = {from}"
            )
        };
        let (named, what) = rest.named(&copy(9, 4)).await;
        assert!(named == 9 && what.starts_with("stands twice"), "{named} {what}");
        let (named, what) = rest.named(&copy(9, 9)).await;
        assert!(named == 9 && what.starts_with("stands twice"), "{named} {what}");
        for seq in [0, -5] {
            let (named, what) = rest.named(&copy(seq, 3)).await;
            assert!(named == seq && what.contains("before the beginning"), "{what}");
        }
        let (named, what) = rest.named(&copy(end + 1, 3)).await;
        assert!(named == end + 1 && what.contains("behind the end"), "{what}");
        // All that follow make room for it.
        let room = format!(
            "update audit set seq = seq + 1000 where seq >= 9; update audit set seq = seq - 999 where seq > 1000; {}; update audit_head set seq = seq + 1",
            copy(9, 4)
        );
        assert_eq!(rest.named(&room).await.0, 9);
        assert!(rest.eye.verify().await.proven);
    });
}

/// Whoever owns the database can hash everything anew. They have none of our keys.
#[test]
fn a_rewritten_history_is_found() {
    run(async {
        let mut rest = AtRest::new().await;
        let kept = rest.world.command(["audit", "checkpoint"]).await.ok().out.trim().to_owned();
        rest.tamper(
            "delete from saved_audit_checkpoint; insert into saved_audit_checkpoint select * from audit_checkpoint",
        )
        .await;
        let kept_json = rest.world.command(["audit", "checkpoint", "--json"]).await.ok().out;
        assert_eq!(rest.eye.verify_against(&kept).await.kept_elsewhere, Some(rest.end));
        let (path, json) = (file(&rest.world, "kept.jws", &kept), file(&rest.world, "kept.json", &kept_json));
        for path in [&path, &json] {
            rest.world.command(["audit", "verify", "--checkpoint", path.to_str().unwrap()]).await.ok();
        }
        // One record says something else, and everything behind it fits.
        let early = rest.early;
        rest.tamper(&format!("update audit set outcome = 'no' where seq = {}", early + 1)).await;
        chain::rehash(&mut rest.connection, early + 1).await;
        let report = rest.eye.verify().await;
        assert!(broken_at(&report) > early, "a checkpoint says otherwise: {report:?}");
        // The checkpoints that say otherwise are gone. What was signed within the last minute can be taken away unseen.
        rest.tamper(&format!("delete from audit_checkpoint where seq > {early}")).await;
        let report = rest.eye.verify().await;
        assert!(report.proven && report.signed_to == early, "{report:?}");
        let named = broken_at(&rest.eye.verify_against(&kept).await);
        assert_eq!(named, rest.end, "the one that was kept elsewhere says otherwise");
        let said = rest.world.command(["audit", "verify", "--checkpoint", path.to_str().unwrap()]).await;
        assert!(
            said.one_line_of_failure().contains("history was rewritten") || said.err.contains("rewritten"),
            "{said:?}"
        );
        // They sign one of their own, as like ours as can be.
        let forged = forge(&kept, rest.end, &hash_at(&mut rest.connection, rest.end).await).await;
        rest.tamper(&format!(
            "insert into audit_checkpoint select coalesce(max(number), 0) + 1, {}, to_timestamp({}), '{}' from audit_checkpoint",
            rest.end, forged.1, forged.0
        ))
        .await;
        let broken = rest.eye.verify().await.broken.unwrap();
        assert!(broken.checkpoint.is_some(), "{broken:?}");
        // Also alone: as the first one.
        rest.tamper("delete from audit_checkpoint").await;
        rest.tamper(&format!(
            "insert into audit_checkpoint values (1, {}, to_timestamp({}), '{}')",
            rest.end, forged.1, forged.0
        ))
        .await;
        let broken = rest.eye.verify().await.broken.unwrap();
        assert!(broken.what.contains("not ours"), "{broken:?}");
        assert!(!rest.world.command(["audit", "checkpoint"]).await.one_line_of_failure().is_empty());
        rest.restore().await;
        // The tail is cut off, and the end moved. Nothing in the database tells of what was there.
        let cut = rest.end - 3;
        rest.tamper(&format!(
            "delete from audit where seq > {cut}; delete from audit_checkpoint where seq > {cut};
             update audit_head set (seq, hash, sealed_at) = (select seq, hash, sealed_at from audit where seq = {cut})"
        ))
        .await;
        let report = rest.eye.verify_against(&kept).await;
        assert!(broken_at(&report) == rest.end && report.broken.unwrap().what.contains("cut off"));
        rest.restore().await;
        // The checkpoint is left: it alone tells.
        rest.tamper(&format!(
            "delete from audit where seq > {cut};
             update audit_head set (seq, hash, sealed_at) = (select seq, hash, sealed_at from audit where seq = {cut})"
        ))
        .await;
        let report = rest.eye.verify().await;
        assert_eq!(broken_at(&report), cut + 1);
        rest.restore().await;
        // Of another deployment, of nobody, of another kind.
        for wrong in ["", "x", "a.b.c", &kept[..kept.len() - 4]] {
            assert!(rest.eye.verify_against(wrong).await.broken.is_some(), "{wrong}");
        }
        assert!(rest.eye.verify_against(&kept).await.proven);
    });
}

/// Checkpoints come every minute. Where none did for long, they were taken away.
#[test]
fn checkpoints_that_were_taken_away_are_missed() {
    run(async {
        let mut rest = AtRest::new().await;
        rest.world.command(["audit", "checkpoint"]).await.ok();
        rest.world.command(["user", "disable", "bob"]).await.ok();
        rest.world.command(["user", "enable", "bob"]).await.ok();
        rest.world.seal().await;
        let (signed, end) = (rest.eye.verify().await.signed_to, rest.world.end().await);
        assert!(end > signed && signed >= rest.end, "{signed} {end}");
        rest.tamper(&format!("update audit set sealed_at = sealed_at + interval '10 minutes' where seq > {signed}"))
            .await;
        chain::rehash(&mut rest.connection, signed + 1).await;
        let report = rest.eye.verify().await;
        assert_eq!(broken_at(&report), signed + 1);
        assert!(report.broken.unwrap().what.contains("checkpoints that followed were taken away"));
    });
}

async fn hash_at(connection: &mut PgConnection, seq: i64) -> Vec<u8> {
    sqlx::query_scalar("select hash from audit where seq = $1").bind(seq).fetch_one(connection).await.unwrap()
}

/// A checkpoint of the same words under a key of one's own; with its time.
async fn forge(kept: &str, seq: i64, hash: &[u8]) -> (String, i64) {
    let payload = URL_SAFE_NO_PAD.decode(kept.split('.').nth(1).unwrap()).unwrap();
    let mut claims: Value = serde_json::from_slice(&payload).unwrap();
    let (key, _) = jose::SigningKey::generate(jose::Algorithm::ES256).unwrap();
    claims["seq"] = json!(seq);
    claims["number"] = json!(1);
    claims.as_object_mut().unwrap().remove("previous");
    claims["hash"] = json!(URL_SAFE_NO_PAD.encode(hash));
    claims["jwk"] = json!(key.public_jwk());
    let jws = key.sign_jwt("chancery-audit-checkpoint+jwt", &claims).await.unwrap();
    (jws, claims["iat"].as_i64().unwrap())
}
