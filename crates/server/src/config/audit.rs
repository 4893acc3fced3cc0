//! `[audit]`: what is kept of who did what.

use super::{section::section, setting::Span};

section! {
    /// What is kept of who did what. It has no off switch.
    Audit {
        /// For how long. Whole months are dropped, behind a signed checkpoint that says so; `0s` keeps everything.
        retention: Span = Span::minutes(400 * 24 * 60),
    }
}
