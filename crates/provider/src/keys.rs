//! The signing keys: made under a lock, sealed at rest, published before they sign, served until what they
//! signed has expired.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;
use jose::{Algorithm, Jwk, Jwks, SigningKey, VerificationKeys};
use ring::hmac;
use serde::Serialize;
use storage::{
    Database, StorageError, Tx, deployment,
    id::UserId,
    reseal::{self, Column},
    sealed::{Place, SealingKeys},
    signing_keys::{self, SigningKeyRow},
    totp,
};
use time::OffsetDateTime;

use crate::{Context, Settings, documents::Document, refusal::Refusal, trail};

/// What this server signs with. A key for each is always there.
pub const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// A change of keys, for whoever looks at the list.
#[derive(Clone, Debug, Serialize)]
pub struct KeyInfo {
    /// The key id.
    pub kid: String,
    /// The algorithm.
    pub algorithm: String,
    /// `pending`, `active`, `retired`, `removed` or `compromised`.
    pub state: &'static str,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it begins to sign.
    #[serde(with = "time::serde::rfc3339")]
    pub activates_at: OffsetDateTime,
    /// When it stops signing.
    #[serde(with = "time::serde::rfc3339::option")]
    pub retires_at: Option<OffsetDateTime>,
    /// When JWKS stops publishing it.
    #[serde(with = "time::serde::rfc3339::option")]
    pub removes_at: Option<OffsetDateTime>,
    /// Which sealing key protects it.
    pub sealing_key_id: u8,
}

/// Whether a rotation waits until everyone has seen the new key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The new key is published first and signs later; what the old one signed stays valid.
    Planned,
    /// After a compromise: the new key signs at once, and nothing that the old ones signed counts any more.
    Now,
}

#[derive(Debug)]
struct Loaded {
    algorithm: Algorithm,
    activates_at: OffsetDateTime,
    retires_at: Option<OffsetDateTime>,
    signing: Arc<SigningKey>,
}

/// One consistent set, as of one revision.
#[derive(Debug)]
struct KeySet {
    loaded: Vec<Loaded>,
    verification: Arc<VerificationKeys>,
    jwks: Arc<Jwks>,
    document: Arc<Document>,
}

/// The keys as this instance knows them.
#[derive(Debug)]
pub struct KeyRing {
    current: ArcSwap<KeySet>,
    pairwise: hmac::Key,
}

fn place(kid: &str) -> Place<'_> {
    Place { table: "signing_key", column: "private_sealed", row: kid }
}

fn broken(kid: &str, what: impl std::fmt::Display) -> StorageError {
    StorageError::Malformed(format!("signing key {kid}: {what}"))
}

impl KeySet {
    fn parse(rows: &[SigningKeyRow], sealing: &SealingKeys, now: OffsetDateTime) -> Result<Self, StorageError> {
        let mut loaded = Vec::new();
        let mut published = Vec::new();
        for row in rows.iter().filter(|row| row.compromised_at.is_none()) {
            let jwk: Jwk = serde_json::from_value(row.public_jwk.clone())?;
            published.push(jwk);
            if row.retires_at.is_some_and(|retires_at| retires_at <= now) {
                continue; // Only its public half is of use.
            }
            let algorithm: Algorithm = row.algorithm.parse().map_err(|_| broken(&row.kid, "unknown algorithm"))?;
            let pkcs8 = match sealing.open(place(&row.kid), &row.private_sealed) {
                Ok(pkcs8) => pkcs8,
                // Sealing keys are being rotated, and this instance has not heard of the new one: others sign with it.
                Err(error @ StorageError::SealingKeyMissing(_)) => {
                    tracing::warn!(kid = row.kid, %error, "a signing key is of no use here");
                    continue;
                }
                Err(error) => return Err(error),
            };
            let signing =
                SigningKey::from_pkcs8(&row.kid, algorithm, &pkcs8).map_err(|error| broken(&row.kid, error))?;
            loaded.push(Loaded {
                algorithm,
                activates_at: row.activates_at,
                retires_at: row.retires_at,
                signing: Arc::new(signing),
            });
        }
        let jwks = Jwks { keys: published };
        let verification = VerificationKeys::from_jwks(&jwks).map_err(|error| broken("set", error))?;
        let document = Arc::new(Document::write(&jwks)?);
        Ok(Self { loaded, verification: Arc::new(verification), jwks: Arc::new(jwks), document })
    }
}

impl KeyRing {
    /// Loads the keys, making those that are missing. Two instances that start together agree on one set.
    ///
    /// # Errors
    /// `StorageError`.
    pub(crate) async fn start(
        database: &Database,
        sealing: &SealingKeys,
        now: OffsetDateTime,
    ) -> Result<Self, StorageError> {
        let mut rows = signing_keys::list(database, now).await?;
        let mut fresh = Vec::new();
        for algorithm in ALGORITHMS {
            if !rows.iter().any(|row| signs(row, algorithm)) {
                fresh.push(generate(algorithm).await?);
            }
        }
        if !fresh.is_empty() {
            // The lock is held for as long as it takes to write them, not to make them: nobody waits for it in vain.
            let mut tx = database.begin().await?;
            rows = signing_keys::list_locked(&mut tx).await?;
            for key in fresh {
                if !rows.iter().any(|row| signs(row, key.algorithm)) {
                    rows.push(insert(&mut tx, sealing, &key, (now, at_once(now))).await?);
                }
            }
            signing_keys::commit(tx).await?;
        }
        let set = KeySet::parse(&rows, sealing, now)?;
        if let Some(row) = rows.iter().find(|row| row.retires_at.is_none() && !set.knows(row)) {
            sealing.open(place(&row.kid), &row.private_sealed)?; // Says which sealing key is missing.
        }
        Ok(Self { current: ArcSwap::from_pointee(set), pairwise: pairwise(database, sealing).await? })
    }

    /// HMAC-SHA-256 under the key of pairwise subjects, which no rotation changes.
    #[must_use]
    pub fn pairwise(&self, sector: &str, user: UserId) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.pairwise);
        context.update(user.uuid().as_bytes());
        context.update(sector.as_bytes());
        let mut out = [0; 32];
        out.copy_from_slice(context.sign().as_ref());
        out
    }

    pub(crate) async fn reload(
        &self,
        database: &Database,
        sealing: &SealingKeys,
        _settings: &Settings,
        now: OffsetDateTime,
    ) -> Result<(), StorageError> {
        let rows = signing_keys::list(database, now).await?;
        let known = self.current.load();
        let same = known.jwks.keys.len() == rows.iter().filter(|row| row.compromised_at.is_none()).count()
            && rows.iter().all(|row| known.knows(row));
        if !same {
            self.current.store(Arc::new(KeySet::parse(&rows, sealing, now)?));
        }
        Ok(())
    }

    /// The key that signs with an algorithm now.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when there is none (yet).
    pub fn signing(&self, algorithm: Algorithm, now: OffsetDateTime) -> Result<Arc<SigningKey>, Refusal> {
        self.current
            .load()
            .loaded
            .iter()
            .filter(|key| key.algorithm == algorithm && key.activates_at <= now)
            .filter(|key| key.retires_at.is_none_or(|retires_at| retires_at > now))
            .max_by_key(|key| key.activates_at)
            .map(|key| Arc::clone(&key.signing))
            .ok_or_else(|| Refusal::unavailable(format!("no {algorithm:?} key signs now")))
    }

    /// The public halves, to verify what this server signed.
    #[must_use]
    pub fn verification(&self) -> Arc<VerificationKeys> {
        Arc::clone(&self.current.load().verification)
    }

    /// What `/.well-known/jwks.json` publishes (RFC 7517).
    #[must_use]
    pub fn jwks(&self) -> Arc<Jwks> {
        Arc::clone(&self.current.load().jwks)
    }

    /// The same as it is served.
    #[must_use]
    pub fn document(&self) -> Arc<Document> {
        Arc::clone(&self.current.load().document)
    }
}

impl KeySet {
    /// Whether a row says nothing new.
    fn knows(&self, row: &SigningKeyRow) -> bool {
        row.compromised_at.is_some()
            || self.loaded.iter().any(|key| {
                key.signing.kid() == row.kid && key.activates_at == row.activates_at && key.retires_at == row.retires_at
            })
    }
}

/// When a key begins to sign that has nobody to wait for. Well before `now`: requests that are under way, and
/// instances whose clock is behind, must find it.
fn at_once(now: OffsetDateTime) -> OffsetDateTime {
    now - std::time::Duration::from_secs(3600)
}

/// The place of the one pairwise key.
const PAIRWISE: Place<'static> = Place { table: "deployment", column: "pairwise_key", row: "" };

/// Reads the key of pairwise subjects, making it at the first start.
async fn pairwise(database: &Database, sealing: &SealingKeys) -> Result<hmac::Key, StorageError> {
    let mut tx = database.begin().await?;
    let sealed = match deployment::pairwise_key(&mut tx).await? {
        Some(sealed) => sealed,
        None => {
            signing_keys::list_locked(&mut tx).await?; // Takes the lock.
            match deployment::pairwise_key(&mut tx).await? {
                Some(sealed) => sealed,
                None => {
                    let sealed = sealing.seal(PAIRWISE, &storage::sealed::random::<32>());
                    deployment::set_pairwise_key(&mut tx, &sealed).await?;
                    sealed
                }
            }
        }
    };
    tx.commit().await?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &sealing.open(PAIRWISE, &sealed)?))
}

fn signs(row: &SigningKeyRow, algorithm: Algorithm) -> bool {
    row.algorithm == algorithm.as_str() && row.retires_at.is_none() && row.compromised_at.is_none()
}

/// A new key, before anybody knows of it.
struct Fresh {
    algorithm: Algorithm,
    key: SigningKey,
    pkcs8: zeroize::Zeroizing<Vec<u8>>,
}

async fn generate(algorithm: Algorithm) -> Result<Fresh, StorageError> {
    // Half a second for RSA: not on a thread that answers requests.
    let generated = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm))
        .await
        .map_err(|error| broken("new", error))?;
    let (key, pkcs8) = generated.map_err(|error| broken("new", error))?;
    Ok(Fresh { algorithm, key, pkcs8 })
}

async fn insert(
    tx: &mut Tx,
    sealing: &SealingKeys,
    fresh: &Fresh,
    (created_at, activates_at): (OffsetDateTime, OffsetDateTime),
) -> Result<SigningKeyRow, StorageError> {
    let row = SigningKeyRow {
        kid: fresh.key.kid().to_owned(),
        algorithm: fresh.algorithm.as_str().to_owned(),
        public_jwk: serde_json::to_value(fresh.key.public_jwk())?,
        private_sealed: sealing.seal(place(fresh.key.kid()), &fresh.pkcs8),
        created_at,
        activates_at,
        retires_at: None,
        removes_at: None,
        compromised_at: None,
    };
    signing_keys::insert(tx, &row).await?;
    Ok(row)
}

/// Lists every key that is not gone.
///
/// # Errors
/// `Refusal`.
pub async fn list(context: &Context) -> Result<Vec<KeyInfo>, Refusal> {
    let rows = signing_keys::list(&context.database, context.now).await?;
    Ok(rows.iter().map(|row| describe(row, context.now)).collect())
}

fn describe(row: &SigningKeyRow, now: OffsetDateTime) -> KeyInfo {
    let state = if row.compromised_at.is_some() {
        "compromised"
    } else if row.removes_at.is_some_and(|at| at <= now) {
        "removed"
    } else if row.retires_at.is_some_and(|at| at <= now) {
        "retired"
    } else if row.activates_at > now {
        "pending"
    } else {
        "active"
    };
    KeyInfo {
        kid: row.kid.clone(),
        algorithm: row.algorithm.clone(),
        state,
        created_at: row.created_at,
        activates_at: row.activates_at,
        retires_at: row.retires_at,
        removes_at: row.removes_at,
        sealing_key_id: row.private_sealed.get(1).copied().unwrap_or_default(),
    }
}

/// Whether a key is or was one of ours: its private half opens under the sealing keys, which the database does not know.
///
/// # Errors
/// `Refusal::Unavailable` when the sealing key is not loaded.
pub(crate) async fn is_ours(context: &Context, kid: &str) -> Result<bool, Refusal> {
    let Some(row) = signing_keys::find(&context.database, kid).await? else { return Ok(false) };
    let Ok(algorithm) = row.algorithm.parse::<Algorithm>() else { return Ok(false) };
    match context.sealing.open(place(kid), &row.private_sealed) {
        Ok(pkcs8) => {
            let key = SigningKey::from_pkcs8(kid, algorithm, &pkcs8);
            Ok(key.is_ok_and(|key| key.public_jwk().thumbprint().as_deref() == Some(kid)))
        }
        Err(StorageError::Sealed(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Makes a new key for each algorithm and retires the present ones.
///
/// # Errors
/// `Refusal`.
pub async fn rotate(context: &Context, algorithms: &[Algorithm], rotation: Rotation) -> Result<Vec<KeyInfo>, Refusal> {
    replace(context, algorithms, rotation, |_, _| true).await
}

/// Rotates what has signed for longer than `key_rotation`. Returns the algorithms whose keys were rotated.
///
/// # Errors
/// `Refusal`.
pub async fn rotate_due(context: &Context) -> Result<Vec<Algorithm>, Refusal> {
    let period = context.settings.lifetimes.key_rotation;
    if period.is_zero() {
        return Ok(Vec::new());
    }
    let now = context.now;
    let due = |rows: &[SigningKeyRow], algorithm: Algorithm| {
        rows.iter().filter(|row| signs(row, algorithm)).all(|row| row.activates_at + period <= now)
    };
    let rows = signing_keys::list(&context.database, now).await?;
    let algorithms: Vec<_> = ALGORITHMS.into_iter().filter(|algorithm| due(&rows, *algorithm)).collect();
    if algorithms.is_empty() {
        return Ok(algorithms);
    }
    // Another instance may have done it meanwhile: asked once more under the lock.
    let made = replace(context, &algorithms, Rotation::Planned, due).await?;
    Ok(algorithms.into_iter().filter(|algorithm| made.iter().any(|key| key.algorithm == algorithm.as_str())).collect())
}

async fn replace(
    context: &Context,
    algorithms: &[Algorithm],
    rotation: Rotation,
    wanted: impl Fn(&[SigningKeyRow], Algorithm) -> bool,
) -> Result<Vec<KeyInfo>, Refusal> {
    let lifetimes = &context.settings.lifetimes;
    let mut fresh = Vec::new();
    for &algorithm in algorithms {
        fresh.push(generate(algorithm).await?);
    }
    // Making them took a while, and nobody can have seen them before they are committed: the wait begins now.
    let now = crate::context::now();
    let activates_at = match rotation {
        Rotation::Planned => now + lifetimes.jwks_max_age + lifetimes.key_margin,
        Rotation::Now => now,
    };
    let last_token = activates_at + lifetimes.access_token_max.max(lifetimes.id_token);
    let removes_at = last_token + lifetimes.key_hint_grace;
    let mut tx = context.database.begin().await?;
    let rows = signing_keys::list_locked(&mut tx).await?;
    let mut made = BTreeMap::new();
    for fresh in fresh.iter().filter(|fresh| wanted(&rows, fresh.algorithm)) {
        let name = fresh.algorithm.as_str();
        let row = insert(&mut tx, &context.sealing, fresh, (now, activates_at)).await?;
        for old in rows.iter().filter(|old| old.algorithm == name && old.compromised_at.is_none()) {
            match rotation {
                Rotation::Now => signing_keys::compromise(&mut tx, &old.kid, now).await?,
                Rotation::Planned if old.retires_at.is_none() => {
                    signing_keys::retire(&mut tx, &old.kid, activates_at, removes_at).await?;
                }
                Rotation::Planned => {}
            }
        }
        made.insert(name, describe(&row, now));
    }
    if made.is_empty() {
        return Ok(Vec::new());
    }
    let mut entry = context.entry("keys.rotated", "ok");
    entry.detail = Some(serde_json::json!({
        "compromised": rotation == Rotation::Now,
        "made": made.values().map(|key| &key.kid).collect::<Vec<_>>(),
    }));
    storage::journal::append(&mut tx, &entry).await?;
    signing_keys::commit(tx).await?;
    context.pulse.wake();
    Ok(made.into_values().collect())
}

/// How many people's secrets are sealed anew in one transaction.
const RESEALED_AT_ONCE: i64 = 1000;

/// Seals anew under the first sealing key whatever another one sealed: the server's own keys, the secrets of upstream
/// providers, and what is sealed for each person. Returns how many changed. `progress` hears how many people's so far.
/// Interrupted, it goes on where it was when it is called again.
///
/// # Errors
/// `Refusal`.
pub async fn reseal(context: &Context, mut progress: impl FnMut(usize)) -> Result<usize, Refusal> {
    let mut people = 0;
    for column in [Column::TrailKey, Column::TotpSeed] {
        let mut after = UserId(uuid::Uuid::nil());
        while let Some((last, count)) = reseal_people(context, column, after).await? {
            after = last;
            people += count;
            progress(people);
        }
    }
    let mut tx = context.database.begin().await?;
    let count = people + reseal_keys(context, &mut tx).await?;
    if count > 0 {
        let mut entry = context.entry("keys.resealed", "ok");
        entry.detail = Some(serde_json::json!({ "count": count, "sealing_key_id": context.sealing.active_id() }));
        storage::journal::append(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    Ok(count)
}

/// A page of people. Returns the last of them and how many they were; `None` when there are no more.
async fn reseal_people(context: &Context, column: Column, after: UserId) -> Result<Option<(UserId, usize)>, Refusal> {
    let sealing = &context.sealing;
    let mut tx = context.database.begin().await?;
    let mut rows = reseal::older(&mut tx, column, sealing.active_id(), after, RESEALED_AT_ONCE).await?;
    let Some(last) = rows.last().map(|row| row.user) else { return Ok(None) };
    for row in &mut rows {
        let user = row.user.to_string();
        let place = match column {
            Column::TrailKey => trail::place(&user),
            Column::TotpSeed => totp::place(&user),
        };
        row.sealed = sealing.seal(place, &sealing.open(place, &row.sealed)?);
    }
    reseal::replace(&mut tx, column, &rows).await?;
    tx.commit().await?;
    Ok(Some((last, rows.len())))
}

async fn reseal_keys(context: &Context, tx: &mut Tx) -> Result<usize, Refusal> {
    let mut count = 0;
    for row in signing_keys::list_locked(tx).await? {
        if row.private_sealed.get(1) == Some(&context.sealing.active_id()) {
            continue;
        }
        let pkcs8 = context.sealing.open(place(&row.kid), &row.private_sealed)?;
        signing_keys::reseal(tx, &row.kid, &context.sealing.seal(place(&row.kid), &pkcs8)).await?;
        count += 1;
    }
    if let Some(sealed) = deployment::pairwise_key(tx).await?
        && sealed.get(1) != Some(&context.sealing.active_id())
    {
        let key = context.sealing.open(PAIRWISE, &sealed)?;
        deployment::set_pairwise_key(tx, &context.sealing.seal(PAIRWISE, &key)).await?;
        count += 1;
    }
    Ok(count + crate::upstream::administer::reseal(tx, &context.sealing).await?)
}
