//! What proves who a person is: passwords, and later TOTP and passkeys. Pure: no IO, no SQL.

pub mod password;
