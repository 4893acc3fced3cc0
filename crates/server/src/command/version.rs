//! `chancery version`

use clap::Args;

use crate::output::Output;

/// Says which version this is.
#[derive(Args, Debug)]
pub struct Version {
    #[command(flatten)]
    output: Output,
}

impl Version {
    /// Prints it.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn run(self) -> anyhow::Result<()> {
        let version = serde_json::json!({ "version": env!("CARGO_PKG_VERSION") });
        self.output.print(&version, |_| format!("chancery {}", env!("CARGO_PKG_VERSION")))
    }
}
