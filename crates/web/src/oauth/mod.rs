//! The endpoints of the RFCs: parse, hand over to `provider`, render.

pub mod authorize;
pub mod discovery;
pub mod introspect;
pub mod jwks;
pub mod logout;
pub mod revoke;
pub mod token;
pub mod userinfo;
