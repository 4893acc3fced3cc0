//! `[limits]`: bounds that rarely need a change.

use super::section::section;

section! {
    /// Bounds that rarely need a change.
    Limits {
        /// How many actors a chain of exchanged tokens may have. 1: an exchanged token cannot be exchanged again.
        actor_chain: usize = 4,
        /// How many clients, and how many APIs, an instance remembers.
        registry: u64 = 10_000,
    }
}
