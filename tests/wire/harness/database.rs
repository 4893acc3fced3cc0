//! Databases: one template, migrated and fed once per run by the real binary, and copies of it.

use std::{
    sync::LazyLock,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tokio::sync::OnceCell;

use super::{binary, fixture, server, undertaker, world};

const VARIABLE: &str = "CHANCERY_TEST_DATABASE_URL";

static ADMIN_URL: LazyLock<Option<String>> =
    LazyLock::new(|| std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()));

/// A PostgreSQL where we may make databases.
pub fn admin_url() -> &'static str {
    ADMIN_URL.as_deref().unwrap_or_else(|| {
        panic!("{VARIABLE} is not set: run script/test, or name a PostgreSQL where the tests may make databases")
    })
}

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A database of one test.
#[derive(Debug)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// How to reach it.
    pub url: String,
}

impl Drop for Database {
    fn drop(&mut self) {
        undertaker::drop_now(&self.name);
    }
}

/// What a new database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing at all.
    Nothing,
    /// The schema.
    Schema,
    /// Schema, signing keys, and the fixture.
    Fixture,
}

impl Database {
    /// Makes one.
    pub async fn new(content: Content) -> Self {
        let template = match content {
            Content::Nothing => None,
            Content::Schema => Some(schema().await),
            Content::Fixture => Some(full().await),
        };
        Self::copy(template.map(|template| template.name.as_str())).await
    }

    async fn copy(template: Option<&str>) -> Self {
        static SWEPT: OnceCell<()> = OnceCell::const_new();
        SWEPT.get_or_init(sweep).await;
        let name = format!("chancery_wire_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        undertaker::made(&name);
        let mut admin = PgConnection::connect(admin_url()).await.unwrap_or_else(|error| panic!("{VARIABLE}: {error}"));
        let source = match template {
            None => String::new(),
            Some(template) => format!(" template \"{template}\"{}", strategy(&mut admin).await),
        };
        execute(&mut admin, &format!("create database \"{name}\"{source}")).await;
        let (server, _) = admin_url().rsplit_once('/').expect("a URL that ends in a database");
        let url = format!("{server}/{name}");
        Self { name, url }
    }

    /// A connection of our own, to see what a thief of the database would see.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.expect("the test database")
    }

    /// Ends every connection to it, and lets none in until [`Self::restore`].
    pub async fn cut(&self) {
        let mut admin = PgConnection::connect(admin_url()).await.expect("the test PostgreSQL");
        execute(&mut admin, &format!("alter database \"{}\" allow_connections false", self.name)).await;
        self.terminate(&mut admin).await;
    }

    /// Ends every connection once.
    pub async fn hang_up(&self) {
        let mut admin = PgConnection::connect(admin_url()).await.expect("the test PostgreSQL");
        self.terminate(&mut admin).await;
    }

    async fn terminate(&self, admin: &mut PgConnection) {
        sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1")
            .bind(&self.name)
            .execute(admin)
            .await
            .expect("pg_terminate_backend");
    }

    /// Lets connections in again.
    pub async fn restore(&self) {
        let mut admin = PgConnection::connect(admin_url()).await.expect("the test PostgreSQL");
        execute(&mut admin, &format!("alter database \"{}\" allow_connections true", self.name)).await;
    }

    /// One number.
    pub async fn count(&self, query: &str) -> i64 {
        let mut connection = self.connect().await;
        let count = sqlx::query_scalar(AssertSqlSafe(query.to_owned())).fetch_one(&mut connection).await;
        count.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// One text.
    pub async fn text(&self, query: &str) -> String {
        let mut connection = self.connect().await;
        let text = sqlx::query_scalar(AssertSqlSafe(query.to_owned())).fetch_one(&mut connection).await;
        text.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// Asserts that the journal says of no person in clear where they were. It is kept sealed, and can be taken away with
    /// their account. (What a service does on their behalf says where the service is.)
    pub async fn assert_places_are_sealed(&self) {
        let query = "select count(*) from trail where user_id is not null and address is not null
            and event not in ('token.exchanged', 'token.impersonated', 'token.revoked')";
        assert_eq!(self.count(query).await, 0, "an address is in clear");
        assert!(
            self.count("select count(*) from trail where personal is not null").await > 0,
            "nothing is said at all"
        );
    }

    /// Every row of every table, as text.
    pub async fn dump(&self) -> String {
        let mut connection = self.connect().await;
        let tables: Vec<String> =
            sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public' order by 1")
                .fetch_all(&mut connection)
                .await
                .expect("the tables");
        let mut dump = String::new();
        for table in tables {
            let rows = sqlx::query(AssertSqlSafe(format!(
                "select t::text as line, to_jsonb(t)::text as json from \"{table}\" t"
            )))
            .fetch_all(&mut connection)
            .await
            .expect("its rows");
            for row in rows {
                dump += &format!("{table}: {} {}\n", row.get::<String, _>("line"), row.get::<String, _>("json"));
            }
        }
        dump
    }
}

/// Executes a statement whose names are ours.
pub async fn execute(connection: &mut PgConnection, statement: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

async fn strategy(admin: &mut PgConnection) -> &'static str {
    let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int")
        .fetch_one(admin)
        .await
        .expect("the version of PostgreSQL");
    if version >= 150_000 { " strategy file_copy" } else { "" }
}

/// Drops what runs left behind that were killed together with their undertaker.
async fn sweep() {
    let mut admin = PgConnection::connect(admin_url()).await.unwrap_or_else(|error| panic!("{VARIABLE}: {error}"));
    let names: Vec<String> =
        sqlx::query_scalar("select datname::text from pg_database where datname like 'chancery\\_wire\\_%'")
            .fetch_all(&mut admin)
            .await
            .expect("the databases");
    for name in names {
        let process = name.split('_').nth(2).unwrap_or_default();
        if !std::path::Path::new("/proc").join(process).exists() {
            execute(&mut admin, &format!("drop database if exists \"{name}\" with (force)")).await;
        }
    }
}

/// Migrated by the real binary.
async fn schema() -> &'static Database {
    static TEMPLATE: OnceCell<Database> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(async || {
            let database = Database::copy(None).await;
            let mut migrate = binary::command(["migrate"]);
            migrate.env("DATABASE_URL", &database.url);
            binary::run(migrate).await.ok();
            database
        })
        .await
}

/// Signing keys and fixture too, so that no test pays for them.
async fn full() -> &'static Database {
    static TEMPLATE: OnceCell<Database> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(async || {
            let database = Database::copy(Some(&schema().await.name)).await;
            let home = world::Home::new(&database.url, &[]);
            let server = server::Server::start(&home, server::Ports::pick()).await;
            home.apply(&fixture::everything()).await.ok();
            let sealed = async || (database.count("select count(*) from journal").await == 0).then_some(());
            super::until("the trail is sealed", Duration::from_secs(30), sealed).await;
            assert_eq!(server.stop().await, Some(0), "the server that made the keys stopped badly");
            // So that nothing is left to be done in a copy in which nothing happens.
            home.run(["audit", "checkpoint"]).await.ok();
            let mut connection = database.connect().await;
            execute(&mut connection, "update deployment set issuer = null").await;
            connection.close().await.expect("closed");
            database
        })
        .await
}
