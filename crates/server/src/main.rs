//! The `chancery` binary: configuration, commands, telemetry, scheduling, the embedded database. It decides nothing.

mod command;
mod config;
mod data_folder;
mod embedded_postgres;
mod job;
mod listen;
mod location;
mod management;
mod output;
mod progress;
mod server;
mod span_fields;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    keep_pages_small();
    // Every TLS connection of this process uses ring; nothing else is linked.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return output::failure(&anyhow::anyhow!("a TLS provider is installed already"));
    }
    let cli = command::Cli::parse();
    match command::run(cli) {
        Ok(code) => code,
        Err(error) => output::failure(&error),
    }
}

/// Turns transparent huge pages off for this process: they round each of the heap's few megabytes up, and an idle
/// server takes 30 MB instead of 20. Nothing here is large enough to gain from them.
fn keep_pages_small() {
    #[allow(unsafe_code, reason = "a system call without pointers")]
    // SAFETY: takes and returns integers. Where the kernel does not know it, nothing changes.
    unsafe {
        libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0);
    }
}
