//! Refresh tokens: opaque, derived, never stored.
//!
//! `rt_` and the base64url of: sealing key id (1 byte) ‖ family (16) ‖ generation (4, big-endian) ‖ HMAC-SHA-256 of
//! family and generation (32). The database only says how far the family has come; without the key from outside,
//! nothing in it can be replayed. And since the successor is derived, a lost response can be repeated.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use storage::{
    id::FamilyId,
    sealed::{Purpose, SealingKeys},
};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// How every refresh token begins.
pub const PREFIX: &str = "rt_";
const LENGTH: usize = 1 + 16 + 4 + 32;

/// An authentic refresh token. Whether it is unused is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// Its family.
    pub family: FamilyId,
    /// Which of the family it is; the first is 0.
    pub generation: i32,
}

impl RefreshToken {
    /// The token as it is sent, under the active key.
    #[must_use]
    pub fn encode(self, sealing: &SealingKeys) -> String {
        let generation = self.generation.to_be_bytes();
        let (key, mac) = sealing.mac(Purpose::Refresh, &[self.family.uuid().as_bytes(), &generation]);
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(key);
        bytes.extend(self.family.uuid().as_bytes());
        bytes.extend(generation);
        bytes.extend(mac);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads what `encode` made, under whichever key; `None` for everything else.
    #[must_use]
    pub fn decode(text: &str, sealing: &SealingKeys) -> Option<Self> {
        let mut bytes = [0; LENGTH];
        let written = URL_SAFE_NO_PAD.decode_slice(text.strip_prefix(PREFIX)?, &mut bytes).ok()?;
        if written != LENGTH {
            return None;
        }
        let (&[key], rest) = bytes.split_first_chunk::<1>()?;
        let (family, rest) = rest.split_first_chunk::<16>()?;
        let (generation, mac) = rest.split_first_chunk::<4>()?;
        let expected = sealing.mac_under(key, Purpose::Refresh, &[family, generation])?;
        let authentic: bool = expected.ct_eq(mac).into();
        authentic
            .then(|| Self { family: FamilyId(Uuid::from_bytes(*family)), generation: i32::from_be_bytes(*generation) })
    }

    /// The one that takes its place.
    #[must_use]
    pub fn successor(self) -> Self {
        Self { generation: self.generation.saturating_add(1), ..self }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use zeroize::Zeroizing;

    use super::*;

    fn keys(ids: &[u8]) -> SealingKeys {
        let masters: Vec<_> = ids.iter().map(|id| (*id, Zeroizing::new([*id; 32]))).collect();
        SealingKeys::new(&masters).unwrap()
    }

    #[test]
    fn round_trip_across_keys() {
        let token = RefreshToken { family: FamilyId::new(), generation: 7 };
        let text = token.encode(&keys(&[1]));
        assert_eq!(RefreshToken::decode(&text, &keys(&[1])), Some(token));
        assert_eq!(RefreshToken::decode(&text, &keys(&[2, 1])), Some(token));
        assert_eq!(RefreshToken::decode(&text, &keys(&[2])), None);
        assert_eq!(token.encode(&keys(&[1])), text, "derived: the same each time");
        assert_ne!(token.successor().encode(&keys(&[1])), text);
    }

    #[test]
    fn anything_else_is_nothing() {
        let keys = keys(&[1]);
        let text = RefreshToken { family: FamilyId::new(), generation: 0 }.encode(&keys);
        for bad in ["", "rt_", &text[3..], &text[..text.len() - 1], &format!("{text}A"), &format!("{text}=")] {
            assert_eq!(RefreshToken::decode(bad, &keys), None, "{bad}");
        }
        let bytes = URL_SAFE_NO_PAD.decode(&text[3..]).unwrap();
        for index in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[index] ^= 1;
            let flipped = format!("rt_{}", URL_SAFE_NO_PAD.encode(flipped));
            assert_eq!(RefreshToken::decode(&flipped, &keys), None, "byte {index}");
        }
    }
}
