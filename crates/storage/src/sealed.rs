//! Values that the database must not be able to read or to move: AES-256-GCM under keys from outside.
//!
//! Layout: version (1 byte) ‖ sealing key id (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16). The associated data
//! names the place (table, column, row), so a value that was copied elsewhere does not open there.

use std::sync::Arc;

use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
    rand::{SecureRandom, SystemRandom},
};
use zeroize::Zeroizing;

use crate::error::StorageError;

const VERSION: u8 = 1;

/// What a derived key is for. Each purpose has a key of its own, so that none can stand in for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Columns of the database.
    Column,
    /// The state of authorization requests in URLs and forms.
    State,
    /// Refresh tokens.
    Refresh,
    /// Client secrets and what people type.
    Secret,
    /// Authorization codes.
    Code,
    /// Links and codes that are sent to somebody.
    OneTime,
    /// What guesses are counted by: names and addresses.
    Guess,
}

impl Purpose {
    fn info(self) -> &'static [u8] {
        match self {
            Self::Column => b"chancery column",
            Self::State => b"chancery state",
            Self::Refresh => b"chancery refresh",
            Self::Secret => b"chancery secret",
            Self::Code => b"chancery code",
            Self::OneTime => b"chancery one-time",
            Self::Guess => b"chancery guess",
        }
    }
}

/// The place that a sealed column is bound to.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The row's primary key, as text.
    pub row: &'a str,
}

impl Place<'_> {
    fn associated_data(&self) -> Vec<u8> {
        format!("{}\0{}\0{}", self.table, self.column, self.row).into_bytes()
    }
}

struct SealingKey {
    id: u8,
    column: LessSafeKey,
    state: LessSafeKey,
    refresh: hmac::Key,
    secret: hmac::Key,
    code: hmac::Key,
    one_time: hmac::Key,
    guess: hmac::Key,
}

/// The sealing keys of this deployment. Several load at once, so that they can be rotated; the first seals.
#[derive(Clone)]
pub struct SealingKeys {
    keys: Arc<[SealingKey]>,
}

impl std::fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| key.id)).finish()
    }
}

struct KeyLength(usize);

impl hkdf::KeyType for KeyLength {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive(master: &hkdf::Prk, purpose: Purpose) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    master
        .expand(&[purpose.info()], KeyLength(32))
        .and_then(|okm| okm.fill(&mut *key))
        .expect("32 bytes are within HKDF's limit");
    key
}

impl SealingKey {
    fn new(id: u8, master: &[u8; 32]) -> Self {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"chancery sealing key").extract(master);
        let aead = |purpose| {
            LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*derive(&prk, purpose)).expect("the key has 32 bytes"))
        };
        let mac = |purpose| hmac::Key::new(hmac::HMAC_SHA256, &*derive(&prk, purpose));
        Self {
            id,
            column: aead(Purpose::Column),
            state: aead(Purpose::State),
            refresh: mac(Purpose::Refresh),
            secret: mac(Purpose::Secret),
            code: mac(Purpose::Code),
            one_time: mac(Purpose::OneTime),
            guess: mac(Purpose::Guess),
        }
    }

    fn aead(&self, purpose: Purpose) -> &LessSafeKey {
        if purpose == Purpose::State { &self.state } else { &self.column }
    }

    fn mac(&self, purpose: Purpose) -> &hmac::Key {
        match purpose {
            Purpose::Refresh => &self.refresh,
            Purpose::Code => &self.code,
            Purpose::OneTime => &self.one_time,
            Purpose::Guess => &self.guess,
            _ => &self.secret,
        }
    }
}

impl SealingKeys {
    /// Takes (id, 32-byte key) pairs; the first seals, all open.
    ///
    /// # Errors
    /// One line for the operator when there is none or two share an id.
    pub fn new(masters: &[(u8, Zeroizing<[u8; 32]>)]) -> Result<Self, String> {
        if masters.is_empty() {
            return Err("at least one sealing key is needed".to_owned());
        }
        for (index, (id, _)) in masters.iter().enumerate() {
            if masters[..index].iter().any(|(earlier, _)| earlier == id) {
                return Err(format!("two sealing keys have the id {id}"));
            }
        }
        Ok(Self { keys: masters.iter().map(|(id, master)| SealingKey::new(*id, master)).collect() })
    }

    fn key(&self, id: u8) -> Option<&SealingKey> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn active_id(&self) -> u8 {
        self.keys[0].id
    }

    /// The ids of all loaded keys.
    pub fn ids(&self) -> impl Iterator<Item = u8> {
        self.keys.iter().map(|key| key.id)
    }

    /// Seals a column's value, bound to its place.
    #[must_use]
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Vec<u8> {
        self.seal_for(Purpose::Column, &place.associated_data(), plain)
    }

    /// Opens what `seal` made for the same place.
    ///
    /// # Errors
    /// `StorageError::SealingKeyMissing`; `StorageError::Sealed` when the value was altered or moved.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StorageError> {
        self.open_for(Purpose::Column, &place.associated_data(), sealed)
    }

    /// Seals for a purpose, bound to `associated`.
    #[must_use]
    pub fn seal_for(&self, purpose: Purpose, associated: &[u8], plain: &[u8]) -> Vec<u8> {
        let key = &self.keys[0];
        let nonce: [u8; NONCE_LEN] = random();
        let mut out = Vec::with_capacity(2 + NONCE_LEN + plain.len() + 16);
        out.extend([VERSION, key.id]);
        out.extend(nonce);
        let mut body = plain.to_vec();
        key.aead(purpose)
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(associated), &mut body)
            .expect("sealing fails only for bodies of gigabytes");
        out.extend(body);
        out
    }

    /// Opens what `seal_for` made for the same purpose and associated data.
    ///
    /// # Errors
    /// `StorageError::Sealed`.
    pub fn open_for(
        &self,
        purpose: Purpose,
        associated: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StorageError> {
        let (&[version, id], rest) = sealed.split_first_chunk::<2>().ok_or(StorageError::Sealed("too short"))?;
        if version != VERSION {
            return Err(StorageError::Sealed("unknown version"));
        }
        let key = self.key(id).ok_or(StorageError::SealingKeyMissing(id))?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(StorageError::Sealed("too short"))?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = key
            .aead(purpose)
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(associated), &mut body)
            .map_err(|_| StorageError::Sealed("altered, moved, or sealed under another key"))?
            .len();
        body.truncate(length);
        Ok(body)
    }

    /// HMAC-SHA-256 of `parts` (each length-prefixed) under the active key; returns the key's id too.
    #[must_use]
    pub fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> (u8, [u8; 32]) {
        let key = &self.keys[0];
        (key.id, mac(key.mac(purpose), parts))
    }

    /// The same under the key with this id; `None` when it is not loaded.
    #[must_use]
    pub fn mac_under(&self, id: u8, purpose: Purpose, parts: &[&[u8]]) -> Option<[u8; 32]> {
        self.key(id).map(|key| mac(key.mac(purpose), parts))
    }
}

fn mac(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

/// The key of one person. What is sealed under it becomes unreadable with the row that holds the key.
///
/// Layout of what is sealed: version (1 byte) ‖ nonce (12) ‖ ciphertext ‖ tag (16).
pub struct PersonKey(LessSafeKey);

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonKey")
    }
}

impl PersonKey {
    /// Takes its 32 bytes.
    ///
    /// # Errors
    /// `StorageError::Sealed` for any other number.
    pub fn new(bytes: &[u8]) -> Result<Self, StorageError> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| StorageError::Sealed("no key of a person"))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Seals, bound to `associated`.
    #[must_use]
    pub fn seal(&self, associated: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = random();
        let mut body = plain.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(associated), &mut body)
            .expect("sealing fails only for bodies of gigabytes");
        [&[VERSION][..], &nonce, &body].concat()
    }

    /// Opens what `seal` made with the same associated data.
    ///
    /// # Errors
    /// `StorageError::Sealed`.
    pub fn open(&self, associated: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StorageError> {
        let (&[version], rest) = sealed.split_first_chunk::<1>().ok_or(StorageError::Sealed("too short"))?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(StorageError::Sealed("too short"))?;
        if version != VERSION {
            return Err(StorageError::Sealed("unknown version"));
        }
        let mut body = Zeroizing::new(body.to_vec());
        let length = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(associated), &mut body)
            .map_err(|_| StorageError::Sealed("altered, moved, or sealed under another key"))?
            .len();
        body.truncate(length);
        Ok(body)
    }
}

/// Random bytes from the operating system.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the operating system provides randomness");
    bytes
}

/// SHA-256, as generated secrets (256 random bits) are stored.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(ids: &[u8]) -> SealingKeys {
        let masters: Vec<_> = ids.iter().map(|id| (*id, Zeroizing::new([*id; 32]))).collect();
        SealingKeys::new(&masters).expect("valid keys")
    }

    const PLACE: Place<'static> = Place { table: "t", column: "c", row: "1" };

    #[test]
    fn opens_only_in_its_place() {
        let keys = keys(&[1]);
        let sealed = keys.seal(PLACE, b"secret");
        assert_eq!(&**keys.open(PLACE, &sealed).expect("opens"), b"secret");
        assert!(keys.open(Place { row: "2", ..PLACE }, &sealed).is_err());
        assert!(keys.open(Place { column: "d", ..PLACE }, &sealed).is_err());
        for index in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[index] ^= 1;
            assert!(keys.open(PLACE, &flipped).is_err(), "byte {index} flipped");
        }
    }

    #[test]
    fn a_rotated_key_still_opens() {
        let sealed = keys(&[1]).seal(PLACE, b"secret");
        let rotated = keys(&[2, 1]);
        assert_eq!(&**rotated.open(PLACE, &sealed).expect("opens"), b"secret");
        assert_eq!(rotated.seal(PLACE, b"x")[1], 2);
        assert!(keys(&[2]).open(PLACE, &sealed).is_err());
    }

    #[test]
    fn what_is_of_a_person_opens_with_their_key_alone() {
        let key = PersonKey::new(&[7; 32]).expect("a key");
        let sealed = key.seal(b"session.opened ada", b"192.0.2.1");
        assert_eq!(&**key.open(b"session.opened ada", &sealed).expect("opens"), b"192.0.2.1");
        assert!(key.open(b"session.opened bob", &sealed).is_err());
        assert!(PersonKey::new(&[8; 32]).expect("a key").open(b"session.opened ada", &sealed).is_err());
        for index in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[index] ^= 1;
            assert!(key.open(b"session.opened ada", &flipped).is_err(), "byte {index} flipped");
            assert!(key.open(b"session.opened ada", &sealed[..index]).is_err(), "cut at {index}");
        }
        assert!(PersonKey::new(&[7; 31]).is_err());
    }

    #[test]
    fn purposes_do_not_mix() {
        let keys = keys(&[1]);
        let sealed = keys.seal_for(Purpose::State, b"a", b"x");
        assert!(keys.open_for(Purpose::Column, b"a", &sealed).is_err());
        assert_ne!(keys.mac(Purpose::Refresh, &[b"a"]), keys.mac(Purpose::Secret, &[b"a"]));
        assert_ne!(keys.mac(Purpose::Refresh, &[b"ab", b""]), keys.mac(Purpose::Refresh, &[b"a", b"b"]));
    }
}
