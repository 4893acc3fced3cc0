//! `[sessions]`: how long a person stays signed in.

use super::{section::section, setting::Span};

section! {
    /// How long a person stays signed in.
    Sessions {
        /// A session that is not used.
        idle: Span = Span::minutes(2 * 60),
        /// A session, however much it is used.
        absolute: Span = Span::minutes(12 * 60),
    }
}
