//! What of a record is hashed, byte for byte. Whoever wants to check the chain without us needs this page and SHA-256.
//!
//! `hash = SHA-256(hash of the record before ‖ encoding)`; before the first record stand 32 zeros. The encoding is the
//! fields in the order below. One that is not there is the byte 0; one that is there is the byte 1, its length in eight
//! bytes, big-endian, and its bytes:
//!
//! | field | bytes |
//! |---|---|
//! | version | `chancery-audit-1` |
//! | `seq`, `sealed_at`, `id`, `at` | eight bytes, big-endian, signed; times in microseconds since 1970 |
//! | `event`, `outcome` | UTF-8 |
//! | `user_id` | the sixteen bytes of the UUID |
//! | `client_id` | UTF-8 |
//! | `grant_id`, `session_id`, `jti`, `request_id` | as `user_id` |
//! | `address` | as PostgreSQL writes it, with its prefix length: `192.0.2.1/32` |
//! | `detail` | the JSON as PostgreSQL writes a `jsonb`: keys sorted, nothing doubled, no digit lost |
//! | `personal` | as it is stored: sealed |

use ring::digest::{SHA256, digest};
use storage::audit::{Record, Sealed};
use time::OffsetDateTime;
use uuid::Uuid;

/// A SHA-256.
pub(super) type Hash = [u8; 32];

/// What stands before the first record.
pub(super) const GENESIS: Hash = [0; 32];

const VERSION: &[u8] = b"chancery-audit-1";

/// The hash of a record behind another.
pub(super) fn hash(previous: &Hash, seq: i64, sealed_at: OffsetDateTime, record: &Record) -> Hash {
    let mut bytes = previous.to_vec();
    encode(&mut bytes, seq, sealed_at, record);
    sha256(&bytes)
}

/// The hash that a stored record should have behind another.
pub(super) fn hash_of(previous: &Hash, sealed: &Sealed) -> Hash {
    hash(previous, sealed.seq, sealed.sealed_at, &sealed.record)
}

/// SHA-256.
pub(super) fn sha256(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

fn encode(out: &mut Vec<u8>, seq: i64, sealed_at: OffsetDateTime, record: &Record) {
    fn field(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
        match bytes {
            None => out.push(0),
            Some(bytes) => {
                out.push(1);
                out.extend((bytes.len() as u64).to_be_bytes());
                out.extend(bytes);
            }
        }
    }
    let micros = |at: OffsetDateTime| {
        let micros = at.unix_timestamp() * 1_000_000 + i64::from(at.microsecond());
        micros.to_be_bytes()
    };
    let uuid = |id: &Option<Uuid>| id.map(Uuid::into_bytes);
    let text = |text: &Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
    field(out, Some(VERSION));
    field(out, Some(&seq.to_be_bytes()));
    field(out, Some(&micros(sealed_at)));
    field(out, Some(&record.id.to_be_bytes()));
    field(out, Some(&micros(record.at)));
    field(out, Some(record.event.as_bytes()));
    field(out, Some(record.outcome.as_bytes()));
    field(out, uuid(&record.user_id).as_ref().map(|id| &id[..]));
    field(out, text(&record.client_id).as_deref());
    for id in [&record.grant_id, &record.session_id, &record.jti, &record.request_id] {
        field(out, uuid(id).as_ref().map(|id| &id[..]));
    }
    field(out, text(&record.address).as_deref());
    field(out, text(&record.detail).as_deref());
    field(out, record.personal.as_deref());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fmt::Write;

    use time::macros::datetime;

    use super::*;

    fn bare() -> Record {
        Record {
            id: 7,
            at: datetime!(2026-11-27 12:00:00.000001 UTC),
            event: "token.issued".to_owned(),
            outcome: "ok".to_owned(),
            user_id: None,
            client_id: None,
            grant_id: None,
            session_id: None,
            jti: None,
            request_id: None,
            address: None,
            detail: None,
            personal: None,
        }
    }

    fn full() -> Record {
        let id = |byte| Some(Uuid::from_bytes([byte; 16]));
        Record {
            user_id: id(1),
            client_id: Some("shop".to_owned()),
            grant_id: id(2),
            session_id: id(3),
            jti: id(4),
            request_id: id(5),
            address: Some("192.0.2.1/32".to_owned()),
            detail: Some(r#"{"n": 1.00}"#.to_owned()),
            personal: Some(vec![0, 255]),
            ..bare()
        }
    }

    const SEALED: OffsetDateTime = datetime!(2026-11-27 12:00:01 UTC);

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Written by hand from the table above.
    #[test]
    fn the_encoding_is_what_the_page_says() {
        let mut bytes = Vec::new();
        encode(&mut bytes, 1, SEALED, &bare());
        let number = |hex: &str| format!("010000000000000008{hex}");
        let expected = [
            format!("010000000000000010{}", hex(b"chancery-audit-1")),
            number("0000000000000001"),
            number(&hex(&1_795_780_801_000_000_i64.to_be_bytes())),
            number("0000000000000007"),
            number(&hex(&1_795_780_800_000_001_i64.to_be_bytes())),
            format!("01000000000000000c{}", hex(b"token.issued")),
            format!("010000000000000002{}", hex(b"ok")),
            "00".repeat(9),
        ];
        assert_eq!(hex(&bytes), expected.concat());
    }

    /// These never change: a chain that was sealed by one version is verified by all later ones.
    #[test]
    fn known_hashes() {
        let first = hash(&GENESIS, 1, SEALED, &bare());
        assert_eq!(hex(&first), KNOWN[0]);
        assert_eq!(hex(&hash(&first, 2, SEALED, &full())), KNOWN[1]);
    }

    const KNOWN: [&str; 2] = [
        "66b78dabf221ed23de09342110f4218507927959b7f526368e8f3346ff845684",
        "7f92e7219dcbe6b16fb3fe3bf0b415af059a5d9d766a93d3348345ca2022bee2",
    ];

    #[test]
    fn every_field_counts_and_none_runs_into_the_next() {
        let mut seen = vec![hash(&GENESIS, 1, SEALED, &full())];
        let changes: Vec<Record> = vec![
            Record { id: 8, ..full() },
            Record { at: datetime!(2026-11-27 12:00:00.000002 UTC), ..full() },
            Record { event: "token.issueD".to_owned(), ..full() },
            Record { event: "token.issuedo".to_owned(), outcome: "k".to_owned(), ..full() },
            Record { outcome: "oK".to_owned(), ..full() },
            Record { user_id: None, ..full() },
            Record { user_id: None, client_id: None, ..full() },
            Record { client_id: Some("shoq".to_owned()), ..full() },
            Record { client_id: Some(String::new()), ..full() },
            Record { grant_id: full().session_id, session_id: full().grant_id, ..full() },
            Record { session_id: None, jti: full().session_id, ..full() },
            Record { jti: None, ..full() },
            Record { request_id: None, ..full() },
            Record { address: Some("192.0.2.1/31".to_owned()), ..full() },
            Record { address: None, detail: full().address, ..full() },
            Record { detail: Some(r#"{"n": 1.0}"#.to_owned()), ..full() },
            Record { detail: None, ..full() },
            Record { personal: Some(vec![0, 254]), ..full() },
            Record { personal: Some(Vec::new()), ..full() },
            Record { personal: None, ..full() },
        ];
        seen.extend(changes.iter().map(|record| hash(&GENESIS, 1, SEALED, record)));
        seen.push(hash(&GENESIS, 2, SEALED, &full()));
        seen.push(hash(&GENESIS, 1, SEALED + time::Duration::MICROSECOND, &full()));
        seen.push(hash(&[1; 32], 1, SEALED, &full()));
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }
}
