//! Checkpoints: signed points of the chain.
//!
//! Each is a compact JWS that names its position and the hash there, holds the public key that verifies it, and the hash
//! of the checkpoint before. So keys may come and go: the newest checkpoint is signed with a key of ours, and vouches
//! for all those before it, whoever signed them. Keys are ours when their private half opens under the sealing keys,
//! which the database does not know.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jose::{Algorithm, Expect, Jwk, Jwks};
use serde::{Deserialize, Serialize};
use storage::{
    Tx,
    audit::{
        Head,
        checkpoints::{self, Checkpoint},
        seal,
    },
};
use time::OffsetDateTime;

use super::record::{GENESIS, Hash, sha256};
use crate::{Context, keys, refusal::Refusal};

/// What kind of JWS it is (RFC 8725 section 3.11): nothing else of ours is one.
pub const TYP: &str = "chancery-audit-checkpoint+jwt";

const ALGORITHM: Algorithm = Algorithm::ES256;

/// A point of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The position.
    pub seq: i64,
    /// The hash there, base64url.
    pub hash: String,
}

impl Point {
    pub(super) fn new(seq: i64, hash: &Hash) -> Self {
        Self { seq, hash: URL_SAFE_NO_PAD.encode(hash) }
    }

    pub(super) fn hash(&self) -> Option<Hash> {
        decode(&self.hash)
    }
}

fn decode(text: &str) -> Option<Hash> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// What is signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer whose trail it is.
    pub iss: String,
    /// When it was made; seconds since 1970.
    pub iat: i64,
    /// 1, 2, 3.
    pub number: i64,
    /// The position.
    pub seq: i64,
    /// The hash there, base64url.
    pub hash: String,
    /// SHA-256 of the checkpoint before, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Where the chain begins since older months were dropped: at the last record of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Point>,
    /// What was dropped when this one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Dropped>,
    /// The public key. Its thumbprint is the `kid`.
    pub jwk: Jwk,
}

/// What was dropped behind a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// The months, the oldest first.
    pub months: Vec<String>,
    /// The first position that went.
    pub first: i64,
    /// The last one.
    pub last: i64,
}

impl Claims {
    /// The same as a time.
    pub(super) fn made_at(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.iat).ok()
    }

    pub(super) fn point(&self) -> Point {
        Point { seq: self.seq, hash: self.hash.clone() }
    }

    /// Where the chain begins, in its own words.
    pub(super) fn start(&self) -> Option<(i64, Hash)> {
        match &self.start {
            None => Some((0, GENESIS)),
            Some(point) => Some((point.seq, point.hash()?)),
        }
    }
}

/// Reads a checkpoint whose signature fits the key that it holds. Whose key that is, the caller asks.
pub(super) fn open(jws: &str) -> Result<(Claims, String), String> {
    let wrong = |error: jose::VerifyError| error.to_string();
    let payload = jose::decode_unverified_payload(jws).map_err(wrong)?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| "its claims are malformed".to_owned())?;
    let kid = jose::decode_unverified_header(jws).map_err(wrong)?.kid.unwrap_or_default();
    if claims.jwk.thumbprint().as_deref() != Some(kid.as_str()) {
        return Err("its key is not the one that its header names".to_owned());
    }
    let keys = Jwks { keys: vec![claims.jwk.clone()] };
    let expect = Expect { typ: &[TYP], algorithms: &[ALGORITHM] };
    jose::verify_with_set(jws, &keys, &expect).map_err(wrong)?;
    if claims.point().hash().is_none() || claims.start().is_none() {
        return Err("its hash is none".to_owned());
    }
    Ok((claims, kid))
}

/// The hash by which the next one names it.
pub(super) fn name(jws: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(jws.as_bytes()))
}

/// Signs the end of the chain, for whoever holds it.
pub(super) async fn make(
    context: &Context,
    tx: &mut Tx,
    (head, now): (&Head, OffsetDateTime),
    (before, dropped): (Option<&Checkpoint>, Option<(Point, Dropped)>),
) -> Result<(), Refusal> {
    let key = context.keys.signing(ALGORITHM, now)?;
    let hash: Hash =
        head.hash[..].try_into().map_err(|_| Refusal::internal("the head of the audit trail is broken"))?;
    let (mut start, mut what) = (None, None);
    if let Some(before) = before {
        let payload = jose::decode_unverified_payload(&before.jws).map_err(broken)?;
        start = serde_json::from_slice::<Claims>(&payload).map_err(broken)?.start;
    }
    if let Some((point, dropped)) = dropped {
        (start, what) = (Some(point), Some(dropped));
    }
    let number = before.map_or(1, |before| before.number + 1);
    let Point { seq, hash } = Point::new(head.seq, &hash);
    let claims = Claims {
        iss: context.settings.issuer.as_str().to_owned(),
        iat: now.unix_timestamp(),
        number,
        seq,
        hash,
        previous: before.map(|before| name(&before.jws)),
        start,
        dropped: what,
        jwk: key.public_jwk(),
    };
    let jws = key.sign_jwt(TYP, &claims).await.map_err(|error| Refusal::internal(error.to_string()))?;
    let made_at = claims.made_at().unwrap_or(now);
    checkpoints::insert(tx, &Checkpoint { number, seq, made_at, jws }).await?;
    Ok(())
}

fn broken(error: impl std::fmt::Display) -> Refusal {
    Refusal::internal(format!("the newest checkpoint of the audit trail is broken: {error}"))
}

/// A checkpoint, to be kept elsewhere.
#[derive(Clone, Debug, Serialize)]
pub struct Newest {
    /// The signed text: all that `verify` needs.
    pub checkpoint: String,
    /// What it says.
    pub claims: Claims,
}

/// Seals what waits and signs the end of the chain, unless that is signed.
///
/// # Errors
/// `Refusal`.
pub async fn sign_now(context: &Context) -> Result<(), Refusal> {
    super::seal::run(context).await?;
    let (mut tx, head) = seal::begin_in_turn(&context.database).await?;
    let newest = checkpoints::newest_held(&mut tx).await?;
    if newest.as_ref().map_or(0, |newest| newest.seq) < head.seq {
        let now = crate::context::now().max(head.sealed_at);
        make(context, &mut tx, (&head, now), (newest.as_ref(), None)).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The newest checkpoint, if it is one of ours.
///
/// # Errors
/// `Refusal::Internal` when it is forged.
pub async fn newest(context: &Context) -> Result<Option<Newest>, Refusal> {
    let Some(found) = checkpoints::newest(&context.database).await? else { return Ok(None) };
    let (claims, kid) = open(&found.jws).map_err(broken)?;
    if !keys::is_ours(context, &kid).await? {
        return Err(broken("it is signed with a key that is not ours"));
    }
    Ok(Some(Newest { checkpoint: found.jws, claims }))
}
