//! Tokens whose signature was found right a moment ago: verifying ES256 costs more than the rest of an
//! introspection together.
//!
//! Only the signature is remembered, under the hash of the whole token. Type, key, expiry and withdrawal are judged
//! anew each time, so a key that is gone takes its tokens with it. The table has a fixed size, is made when it is
//! first needed, and forgets the oldest.

use std::sync::Mutex;

/// Each locked on its own.
const SHARDS: usize = 64;
/// Places in a shard where a token may be.
const SETS: usize = 1024;
/// Tokens that share a place.
const WAYS: usize = 4;

/// A token: a part of its SHA-256, and its expiry. No `exp`: nothing is there.
#[derive(Clone, Copy, Default)]
struct Entry {
    digest: [u8; 24],
    exp: i64,
}

type Shard = Vec<Entry>;

/// The table: 262,144 tokens in 8 MiB at most.
pub struct VerifiedTokens {
    shards: Box<[Mutex<Shard>]>,
}

impl std::fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VerifiedTokens")
    }
}

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::new(Vec::new())).collect() }
    }
}

impl VerifiedTokens {
    /// Whether the token of this SHA-256 was found right before.
    #[must_use]
    pub fn contains(&self, digest: &[u8; 32]) -> bool {
        let (shard, set, tag) = place(digest);
        let shard = self.shards[shard].lock().expect("no holder of this lock panics");
        shard.get(set..set + WAYS).is_some_and(|ways| ways.iter().any(|entry| entry.exp != 0 && entry.digest == tag))
    }

    /// Remembers a token that was found right, in place of the one that expires first.
    pub fn insert(&self, digest: &[u8; 32], exp: i64) {
        let (shard, set, tag) = place(digest);
        let mut shard = self.shards[shard].lock().expect("no holder of this lock panics");
        if shard.is_empty() {
            *shard = vec![Entry::default(); SETS * WAYS];
        }
        if let Some(oldest) = shard[set..set + WAYS].iter_mut().min_by_key(|entry| entry.exp) {
            *oldest = Entry { digest: tag, exp };
        }
    }
}

/// Shard, first index of the set, and what tells the token from others there.
fn place(digest: &[u8; 32]) -> (usize, usize, [u8; 24]) {
    let shard = usize::from(digest[31]) % SHARDS;
    let set = usize::from(u16::from_be_bytes([digest[29], digest[30]])) % SETS * WAYS;
    let mut tag = [0; 24];
    tag.copy_from_slice(&digest[..24]);
    (shard, set, tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: u32) -> [u8; 32] {
        storage::sealed::sha256(&number.to_be_bytes())
    }

    #[test]
    fn remembers_what_it_was_told() {
        let table = VerifiedTokens::default();
        assert!(!table.contains(&digest(1)));
        assert!(!table.contains(&[0; 32]), "an empty place is no token");
        table.insert(&digest(1), 1000);
        assert!(table.contains(&digest(1)));
        assert!(!table.contains(&digest(2)));
        let mut flipped = digest(1);
        flipped[0] ^= 1;
        assert!(!table.contains(&flipped));
    }

    #[test]
    fn most_of_a_hundred_thousand_stay_and_it_never_grows() {
        let table = VerifiedTokens::default();
        for number in 0..100_000 {
            table.insert(&digest(number), 1000);
        }
        let found = (0..100_000).filter(|number| table.contains(&digest(*number))).count();
        assert!(found > 95_000, "{found}");
        for number in 100_000..1_000_000 {
            table.insert(&digest(number), 2000);
        }
        let entries: usize = table.shards.iter().map(|shard| shard.lock().expect("unpoisoned").len()).sum();
        assert_eq!(entries, SHARDS * SETS * WAYS);
    }
}
