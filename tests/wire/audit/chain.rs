//! The chain by other eyes: hashed here from the table in the documentation alone, from what was exported.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use sqlx::{PgConnection, Row};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use crate::harness::Value;

/// A record as it is hashed.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub seq: i64,
    pub sealed_at: i64,
    pub id: i64,
    pub at: i64,
    pub event: String,
    pub outcome: String,
    pub ids: [Option<Uuid>; 5],
    pub client_id: Option<String>,
    pub address: Option<String>,
    pub detail: Option<String>,
    pub personal: Option<Vec<u8>>,
}

impl Line {
    /// What was exported.
    pub fn exported(line: &Value) -> Self {
        let text = |name: &str| line[name].as_str().map(ToOwned::to_owned);
        let micros = |name: &str| {
            let at = OffsetDateTime::parse(line[name].as_str().unwrap(), &Rfc3339).unwrap();
            i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap()
        };
        let ids = ["user_id", "grant_id", "session_id", "jti", "request_id"];
        Self {
            seq: line["seq"].as_i64().unwrap(),
            sealed_at: micros("sealed_at"),
            id: line["id"].as_i64().unwrap(),
            at: micros("at"),
            event: text("event").unwrap(),
            outcome: text("outcome").unwrap(),
            ids: ids.map(|name| text(name).map(|id| id.parse().unwrap())),
            client_id: text("client_id"),
            address: text("address"),
            detail: text("detail_text"),
            personal: text("personal").map(|sealed| URL_SAFE_NO_PAD.decode(sealed).unwrap()),
        }
    }

    pub fn hash(&self, previous: &[u8]) -> Vec<u8> {
        fn field(bytes: Option<&[u8]>) -> Vec<u8> {
            match bytes {
                None => vec![0],
                Some(bytes) => [&[1], &(bytes.len() as u64).to_be_bytes()[..], bytes].concat(),
            }
        }
        let number = |number: i64| field(Some(&number.to_be_bytes()));
        let id = |id: &Option<Uuid>| field(id.as_ref().map(|id| &id.as_bytes()[..]));
        let text = |text: &Option<String>| field(text.as_ref().map(String::as_bytes));
        let all = [
            previous.to_vec(),
            field(Some(b"chancery-audit-1")),
            number(self.seq),
            number(self.sealed_at),
            number(self.id),
            number(self.at),
            field(Some(self.event.as_bytes())),
            field(Some(self.outcome.as_bytes())),
            id(&self.ids[0]),
            text(&self.client_id),
            id(&self.ids[1]),
            id(&self.ids[2]),
            id(&self.ids[3]),
            id(&self.ids[4]),
            text(&self.address),
            text(&self.detail),
            field(self.personal.as_deref()),
        ];
        digest(&SHA256, &all.concat()).as_ref().to_vec()
    }
}

/// Every record from a position on, as it stands in the database.
pub async fn stored(connection: &mut PgConnection, from: i64) -> Vec<Line> {
    let rows = sqlx::query(
        "select seq, (extract(epoch from sealed_at) * 1000000)::bigint as sealed_at, id,
                (extract(epoch from at) * 1000000)::bigint as at, event, outcome, user_id, grant_id, session_id, jti,
                request_id, client_id, address::text as address, detail::text as detail, personal
         from audit where seq >= $1 order by seq",
    )
    .bind(from)
    .fetch_all(connection)
    .await
    .unwrap();
    let line = |row: &sqlx::postgres::PgRow| Line {
        seq: row.get("seq"),
        sealed_at: row.get("sealed_at"),
        id: row.get("id"),
        at: row.get("at"),
        event: row.get("event"),
        outcome: row.get("outcome"),
        ids: ["user_id", "grant_id", "session_id", "jti", "request_id"].map(|name| row.get(name)),
        client_id: row.get("client_id"),
        address: row.get("address"),
        detail: row.get("detail"),
        personal: row.get("personal"),
    };
    rows.iter().map(line).collect()
}

/// Hashes the chain anew from a position on, as somebody does who owns the database and rewrote it.
pub async fn rehash(connection: &mut PgConnection, from: i64) {
    let before: Option<Vec<u8>> = sqlx::query_scalar("select hash from audit where seq = $1")
        .bind(from - 1)
        .fetch_optional(&mut *connection)
        .await
        .unwrap();
    let mut previous = before.unwrap_or_else(|| vec![0; 32]);
    for line in stored(connection, from).await {
        previous = line.hash(&previous);
        sqlx::query("update audit set hash = $2 where seq = $1")
            .bind(line.seq)
            .bind(&previous)
            .execute(&mut *connection)
            .await
            .unwrap();
    }
    sqlx::query("update audit_head set (seq, hash, sealed_at) = (select seq, hash, sealed_at from audit order by seq desc limit 1)")
        .execute(connection)
        .await
        .unwrap();
}
