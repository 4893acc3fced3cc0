//! What proves who a person is. Pure: no IO, no SQL.
//!
//! | file | what |
//! |---|---|
//! | `password` | argon2id hashes, and those that came from elsewhere |
//! | `password/strength` | which passwords may be chosen |
//! | `totp` | codes of an authenticator app (RFC 6238) |
//! | `recovery` | what gets a person in when their device is lost |
//! | `passkey` | passkeys (WebAuthn) |

pub mod passkey;
pub mod password;
pub mod recovery;
pub mod totp;
