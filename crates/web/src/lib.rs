//! Routes, extractors and pages. It parses and renders; what to do is decided in `provider`.

pub mod api;
pub mod extract;
pub mod oauth;
pub mod pages;
pub mod paths;
pub mod published;
pub mod respond;
pub mod router;
pub mod session;
pub mod state;

pub use published::Published;
pub use router::router;
pub use state::App;
