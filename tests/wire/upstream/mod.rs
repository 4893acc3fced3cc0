//! Signing in with another OpenID provider.

mod registration;
