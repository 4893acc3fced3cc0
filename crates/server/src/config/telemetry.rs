//! `[telemetry]`: what is logged.

use super::{section::section, setting::LogFormat};

section! {
    /// What is logged, on standard error. Secrets never are.
    Telemetry {
        /// "json" or "human".
        format: LogFormat = LogFormat::Json,
        /// Which events: a level, or directives such as "info,provider=debug".
        filter: String = "info".to_owned(),
    }
}
