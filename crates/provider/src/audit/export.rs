//! The trail for elsewhere, as JSON Lines: the chain in its order with all that its hashes cover, then what is not
//! sealed yet.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Value, json};
use storage::{
    audit::{
        Sealed,
        read::{self, Entry},
    },
    journal,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::list::Openers;
use crate::{Context, refusal::Refusal};

/// Positions of one statement.
const PAGE: i64 = 1000;

/// One line.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Its position in the chain; `None`: not sealed yet.
    pub seq: Option<i64>,
    /// When it was sealed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub sealed_at: Option<OffsetDateTime>,
    /// Its place in the journal.
    pub id: i64,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What happened.
    pub event: String,
    /// `ok`, or the typed reason of a refusal.
    pub outcome: String,
    /// The person.
    pub user_id: Option<Uuid>,
    /// The client.
    pub client_id: Option<String>,
    /// The root of what was given.
    pub grant_id: Option<Uuid>,
    /// The session.
    pub session_id: Option<Uuid>,
    /// The token.
    pub jti: Option<Uuid>,
    /// The HTTP request.
    pub request_id: Option<Uuid>,
    /// Where it came from, as far as that is in clear.
    pub address: Option<String>,
    /// What else is known.
    pub detail: Option<Value>,
    /// The same, letter for letter as it is hashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail_text: Option<String>,
    /// What is sealed of the person, base64url, as it is hashed.
    pub personal: Option<String>,
    /// What that says, where it opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<Opened>,
    /// SHA-256 over the hash of the line before and this one, base64url.
    pub hash: Option<String>,
}

/// What is sealed of a person.
#[derive(Clone, Debug, Serialize)]
pub struct Opened {
    /// From where.
    pub address: Option<IpAddr>,
    /// With which browser.
    pub user_agent: Option<String>,
}

/// An export that goes on page by page.
#[derive(Debug)]
pub struct Export {
    at: i64,
    end: i64,
    openers: Openers,
    over: bool,
}

impl Export {
    /// Begins one; the trail says so before anything is handed out.
    ///
    /// # Errors
    /// `Refusal::Unavailable`.
    pub async fn begin(context: &Context) -> Result<Self, Refusal> {
        let extent = read::extent(&context.database).await?;
        let mut entry = context.entry("audit.exported", "ok");
        entry.detail = Some(json!({ "to": extent.head.seq }));
        let mut tx = context.database.begin().await?;
        journal::append(&mut tx, &entry).await?;
        tx.commit().await?;
        let at = extent.first.map_or(extent.head.seq, |first| first - 1);
        Ok(Self { at, end: extent.head.seq, openers: Openers::default(), over: false })
    }

    /// About how many lines are still to come.
    #[must_use]
    pub fn left(&self) -> u64 {
        u64::try_from(self.end - self.at).unwrap_or_default()
    }

    /// The next lines. None: that was all.
    ///
    /// # Errors
    /// `Refusal::Unavailable`.
    pub async fn page(&mut self, context: &Context) -> Result<Vec<Line>, Refusal> {
        loop {
            if self.at >= self.end {
                let head = read::head(&context.database).await?;
                if self.over || head.seq <= self.end + PAGE {
                    break;
                }
                self.end = head.seq; // Much was sealed meanwhile.
            }
            let to = (self.at + PAGE).min(self.end);
            let page = read::chain(&context.database, self.at, to).await?;
            self.at = to;
            if !page.is_empty() {
                let told = page.iter().filter(|row| row.record.personal.is_some());
                self.openers.learn(context, told.filter_map(|row| row.record.user_id)).await?;
                return Ok(page.into_iter().map(|row| self.sealed(row)).collect());
            }
        }
        if self.over {
            return Ok(Vec::new());
        }
        // What was sealed since the beginning, and what is not, at one moment: nothing is lost between the two.
        self.over = true;
        let tail = read::tail(&context.database, self.end).await?;
        self.openers.learn(context, tail.iter().filter_map(|entry| entry.user_id)).await?;
        Ok(tail.into_iter().map(|entry| self.unsealed(entry)).collect())
    }

    fn opened(&self, user: Option<Uuid>, event: &str, personal: Option<&[u8]>, id: i64) -> Option<Opened> {
        let (address, user_agent) = self.openers.open(user, (event, personal?, id))?;
        Some(Opened { address, user_agent })
    }

    fn sealed(&self, row: Sealed) -> Line {
        let Sealed { seq, sealed_at, record, hash } = row;
        let opened = self.opened(record.user_id, &record.event, record.personal.as_deref(), record.id);
        Line {
            seq: Some(seq),
            sealed_at: Some(sealed_at),
            id: record.id,
            at: record.at,
            event: record.event,
            outcome: record.outcome,
            user_id: record.user_id,
            client_id: record.client_id,
            grant_id: record.grant_id,
            session_id: record.session_id,
            jti: record.jti,
            request_id: record.request_id,
            address: record.address,
            detail: record.detail.as_deref().and_then(|detail| serde_json::from_str(detail).ok()),
            detail_text: record.detail,
            personal: record.personal.map(|sealed| URL_SAFE_NO_PAD.encode(sealed)),
            opened,
            hash: Some(URL_SAFE_NO_PAD.encode(hash)),
        }
    }

    fn unsealed(&self, entry: Entry) -> Line {
        let opened = self.opened(entry.user_id, &entry.event, entry.personal.as_deref(), entry.id);
        Line {
            seq: entry.seq,
            sealed_at: None,
            id: entry.id,
            at: entry.at,
            event: entry.event,
            outcome: entry.outcome,
            user_id: entry.user_id,
            client_id: entry.client_id,
            grant_id: entry.grant_id,
            session_id: entry.session_id,
            jti: entry.jti,
            request_id: entry.request_id,
            address: entry.address,
            detail: entry.detail,
            detail_text: None,
            personal: entry.personal.map(|sealed| URL_SAFE_NO_PAD.encode(sealed)),
            opened,
            hash: None,
        }
    }
}
