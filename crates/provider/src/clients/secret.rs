//! Clients' secrets: kept as HMAC under a key from outside the database, bound to the client's row.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use storage::{
    clients::{ClientSecret, SecretSource},
    id::{ClientKey, ClientSecretId},
    sealed::{Purpose, SealingKeys, random},
};
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

/// The fewest characters of a secret that comes from a file.
pub const SHORTEST: usize = 32;
/// The most.
pub const LONGEST: usize = 256;

/// What is stored of a secret: the sealing key's id and the HMAC-SHA-256 of client and secret under it.
#[must_use]
pub fn secret_digest(sealing: &SealingKeys, client: ClientKey, secret: &str) -> (u8, [u8; 32]) {
    sealing.mac(Purpose::Secret, &[client.uuid().as_bytes(), secret.as_bytes()])
}

/// Whether a secret is the one of which `digest` was stored, in constant time. `None` when the sealing key of that
/// digest is not loaded, so that nobody can say.
#[must_use]
pub fn secret_matches(
    sealing: &SealingKeys,
    client: ClientKey,
    secret: &str,
    (sealing_key_id, digest): (u8, &[u8]),
) -> Option<bool> {
    let client = client.uuid();
    let parts: [&[u8]; 2] = [client.as_bytes(), secret.as_bytes()];
    let presented = sealing.mac_under(sealing_key_id, Purpose::Secret, &parts)?;
    Some(presented.ct_eq(digest).into())
}

/// A new secret of 256 random bits.
#[must_use]
pub fn generate() -> SecretString {
    URL_SAFE_NO_PAD.encode(random::<32>()).into()
}

/// Whether a secret from a file is long enough and can be sent (RFC 6749 appendix A.2).
///
/// # Errors
/// What is wrong with it; never any part of it.
pub fn check(secret: &str) -> Result<(), &'static str> {
    if secret.chars().count() < SHORTEST {
        return Err("must have at least 32 characters");
    }
    if secret.len() > LONGEST {
        return Err("must have at most 256 characters");
    }
    if !secret.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
        return Err("must consist of printable ASCII characters");
    }
    Ok(())
}

pub(crate) fn row(
    sealing: &SealingKeys,
    client: ClientKey,
    secret: &SecretString,
    (source, at): (SecretSource, OffsetDateTime),
) -> ClientSecret {
    let (sealing_key_id, digest) = secret_digest(sealing, client, secret.expose_secret());
    ClientSecret {
        id: ClientSecretId::new(),
        sealing_key_id,
        digest: digest.to_vec(),
        source,
        created_at: at,
        expires_at: None,
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn keys(ids: &[u8]) -> SealingKeys {
        let masters: Vec<_> = ids.iter().map(|id| (*id, Zeroizing::new([*id; 32]))).collect();
        SealingKeys::new(&masters).expect("valid keys")
    }

    #[test]
    fn a_secret_is_the_clients_own() {
        let (one, other) = (ClientKey::new(), ClientKey::new());
        let (id, digest) = secret_digest(&keys(&[1]), one, "secret");
        let known = (id, digest.as_slice());
        assert_eq!(secret_matches(&keys(&[1]), one, "secret", known), Some(true));
        assert_eq!(secret_matches(&keys(&[1]), one, "Secret", known), Some(false));
        assert_eq!(secret_matches(&keys(&[1]), other, "secret", known), Some(false));
        assert_eq!(secret_matches(&keys(&[2, 1]), one, "secret", known), Some(true), "after a rotation");
        assert_eq!(secret_matches(&keys(&[2]), one, "secret", known), None, "the key is gone");
    }

    #[test]
    fn secrets_from_files() {
        assert_eq!(check(generate().expose_secret()), Ok(()));
        assert_eq!(check(&"x".repeat(32)), Ok(()));
        assert!(check(&"x".repeat(31)).is_err());
        assert!(check(&"x".repeat(257)).is_err());
        assert!(check(&format!("{}\n", "x".repeat(40))).is_err());
    }
}
