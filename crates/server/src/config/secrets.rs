//! `[secrets]`: keys from outside the database.

use super::{section::section, setting::SealingKeyList};

section! {
    /// Keys from outside the database. Whoever has only the database can read no private key and forge no token.
    Secrets {
        /// The keys that seal what the database must not be able to read. The first seals; all open. To rotate, add a
        /// new key last and restart every instance; then move it to the front, restart every instance again, and run
        /// `chancery keys reseal`. Refresh tokens and client secrets that an old key protects stop working when it is
        /// removed. Make one with `chancery secrets generate`. A file or a variable holds them as ID:BASE64, one a line.
        sealing_keys: SealingKeyList = SealingKeyList::default() => "[{ id = 1, key = \"output of chancery secrets generate --toml\" }]",
    }
}
