//! The wire: what clients, resource servers and browsers send to an
//! authorization server, and what it answers. Pure: no IO, no clock, no SQL.
//!
//! One module per specification:
//!
//! | specification | module |
//! |---|---|
//! | RFC 6749 §4.1.2.1, §5.2 errors | [`error`] |
//! | RFC 6749 §3.1, §3.2 parameters, appendix B encoding | [`form`] |
//! | RFC 6749 §3.3 scope | [`scope`] |
//! | RFC 6749 §4.1, OpenID Connect Core §3.1.2, RFC 9207 authorization | [`authorization`] |
//! | RFC 6749 §3.1.2, RFC 8252 §7 redirect URIs | [`redirect_uri`] |
//! | RFC 6749 §3.2, §5.1 token endpoint | [`token`] |
//! | RFC 6749 §2.3.1, RFC 7617 Basic credentials | [`basic`] |
//! | RFC 6750 bearer tokens and challenges | [`bearer`] |
//! | RFC 7009 revocation | [`revocation`] |
//! | RFC 7591 client metadata | [`client_metadata`] |
//! | RFC 7636 PKCE | [`pkce`] |
//! | RFC 7662 introspection | [`introspection`] |
//! | RFC 8414, OpenID Connect Discovery metadata | [`discovery`] |
//! | RFC 8693 token exchange | [`token_exchange`] |
//! | RFC 8707 resource indicators | [`resource`] |
//! | RFC 9068 access token claims, OpenID Connect Core §2, §5 claims | [`claims`] |
//! | OpenID Connect Core §2 `acr`, RFC 9470 §4 step-up | [`acr`] |
//! | OpenID Connect RP-Initiated and Back-Channel Logout | [`logout`] |
//! | WCAG 2.2 §1.4.3 contrast, for the colors of pages | [`color`] |

pub mod acr;
pub mod authorization;
pub mod basic;
pub mod bearer;
pub mod claims;
pub mod client_metadata;
pub mod color;
pub mod discovery;
pub mod error;
pub mod form;
pub mod introspection;
pub mod logout;
pub mod pkce;
pub mod redirect_uri;
pub mod resource;
pub mod revocation;
pub mod scope;
pub mod token;
pub mod token_exchange;

pub use acr::Acr;
pub use error::{ErrorCode, OAuthError};
pub use form::{Params, ParamsError};
pub use scope::{Scope, ScopePair, ScopePairs};
