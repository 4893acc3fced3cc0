//! `[throttle]`: how guessing is slowed down.

use super::{section::section, setting::Span};

section! {
    /// How guessing is slowed down. Whoever signs in where they signed in before is not held up by what others guess
    /// elsewhere.
    Throttle {
        /// Wrong passwords for one account from one range of addresses (IPv4 /24, IPv6 /56) before the first wait. Each
        /// further one doubles the wait.
        free_attempts: u32 = 10,
        /// The longest wait for one account from one range.
        ceiling: Span = Span::minutes(15),
        /// Wrong passwords from one range, whatever the accounts, before the first wait. Right ones do not count. Raise
        /// it where very many people share one address.
        range_attempts: u32 = 1_000,
    }
}
