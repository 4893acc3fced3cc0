//! `[lifetimes]`: how long what is issued lives.

use super::{section::section, setting::Span};

const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;

section! {
    /// How long what is issued lives.
    Lifetimes {
        /// An authorization code. At most 60 seconds.
        code: Span = Span::seconds(60),
        /// An access token, where its API says nothing else.
        access_token: Span = Span::minutes(5),
        /// The longest access token that any API may ask for. Withdrawals are remembered for this long.
        access_token_max: Span = Span::minutes(DAY),
        /// An ID token.
        id_token: Span = Span::minutes(5),
        /// A refresh token that is not used.
        refresh_idle: Span = Span::minutes(14 * DAY),
        /// A family of refresh tokens, however much it is used.
        refresh_absolute: Span = Span::minutes(90 * DAY),
        /// For how long the just-rotated refresh token is answered with the same successor, so that a lost response
        /// signs nobody out. "0s" turns it off.
        refresh_retry_window: Span = Span::seconds(10),
        /// From an authorization request to its end: how long a sign-in page stays good.
        authorization_request: Span = Span::minutes(30),
        /// How long JWKS may be cached. A new signing key is published for this long, and `key_margin`, before it signs.
        jwks_max_age: Span = Span::minutes(5),
        /// See `jwks_max_age`.
        key_margin: Span = Span::minutes(5),
        /// How long a signing key signs before it is rotated. "0s": by hand only (`chancery keys rotate`).
        key_rotation: Span = Span::minutes(90 * DAY),
        /// How long the public half of a key stays known after its last token, for expired hints at logout.
        key_hint_grace: Span = Span::minutes(30 * DAY),
    }
}
