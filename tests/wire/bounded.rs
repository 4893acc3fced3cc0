//! Tables stay bounded: strangers write nothing, and what has ended is swept.

use crate::harness::{
    World,
    database::{Content, Database, execute},
    run,
    world::Home,
};

/// How many abandoned sign-ins; `CHANCERY_TEST_ABANDONED` for a measured run.
fn abandoned() -> usize {
    std::env::var("CHANCERY_TEST_ABANDONED").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}

async fn rows(world: &World) -> String {
    let mut connection = world.database.connect().await;
    let tables: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public' order by 1")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let mut rows = String::new();
    for table in tables {
        rows += &format!("{table} {}\n", world.database.count(&format!("select count(*) from \"{table}\"")).await);
    }
    rows
}

/// An authorization request that nobody goes on with costs no row, nor does the sign-in page that it leads to.
#[test]
fn abandoned_sign_ins_leave_nothing() {
    run(async {
        let world = World::builder().start().await;
        let house = world.client("house");
        let before = rows(&world).await;
        let count = abandoned();
        for _ in 0..count {
            let mut browser = world.browser();
            let flow = world.flow(&house).scope("openid offline_access read");
            assert!(flow.begin(&mut browser).await.page().has("login-submit"));
        }
        assert_eq!(rows(&world).await, before, "{count} abandoned sign-ins left something");
    });
}

/// Everything that has ended goes, and nothing that has not.
#[test]
fn what_has_ended_is_swept() {
    run(async {
        let database = Database::new(Content::Fixture).await;
        let home = Home::new(&database.url, &[]);
        fill(&database, 2500, "interval '-40 days'").await;
        fill(&database, 100, "interval '40 days'").await;
        let said = home.run(["sweep", "--json"]).await.ok().json();
        for removed in said.as_array().unwrap() {
            let expected = if removed["table"] == "unspent authorization_code" { 0 } else { 2500 };
            assert_eq!(removed["rows"], expected, "{removed}");
            assert_eq!(removed["more"], false, "{removed}");
        }
        for (table, left) in [
            ("authorization_code", 100),
            ("browser_session", 100),
            ("auth_session", 100),
            ("refresh_family", 100),
            ("grants where kind <> 'standing'", 100),
            ("assertion_jti", 100),
            ("revocation", 100),
            // A delivery is kept for a month after it was given up.
            ("outbox", 100),
        ] {
            assert_eq!(database.count(&format!("select count(*) from {table}")).await, left, "{table}");
        }
    });
}

/// Codes that nobody redeemed go within a minute of the end of their requests, with their grants, however many were
/// redeemed beside them and however many there are.
#[test]
fn codes_that_were_never_spent_are_swept_among_the_spent() {
    run(async {
        let database = Database::new(Content::Fixture).await;
        let home = Home::new(&database.url, &[]);
        // The request of half an hour has ended by a minute and a bit.
        fill(&database, 3000, "interval '-35 minutes'").await;
        let mut connection = database.connect().await;
        let odd = "update authorization_code set spent_at = null where get_byte(code_hash, 0) % 2 = 1";
        execute(&mut connection, odd).await;
        let unspent = database.count("select count(*) from authorization_code where spent_at is null").await;
        assert!(unspent > 1100, "more than one batch: {unspent}");
        let said = home.run(["sweep", "--json"]).await.ok().json();
        let removed = said.as_array().unwrap().iter().find(|r| r["table"] == "unspent authorization_code").unwrap();
        assert_eq!(removed["rows"], unspent);
        assert_eq!(database.count("select count(*) from authorization_code where spent_at is null").await, 0);
        let left = 3000 - unspent;
        assert_eq!(database.count("select count(*) from authorization_code").await, left, "replays are recognized");
        assert_eq!(database.count("select count(*) from grants where kind <> 'standing'").await, left);
    });
}

/// So many rows in every short-lived table, that end or ended at an offset from now.
async fn fill(database: &Database, count: usize, offset: &str) {
    let mut connection = database.connect().await;
    execute(&mut connection, &filling(count, offset)).await;
}

/// As SQL, which a measured run may use as well.
fn filling(count: usize, offset: &str) -> String {
    include_str!("../bench/fill_short_lived.sql").replace(":count", &count.to_string()).replace(":offset", offset)
}
