use std::io;

use tracing_subscriber::EnvFilter;

/// Logs to stderr what `RUST_LOG` asks for, or warnings.
pub(crate) fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    // A program that has a subscriber of its own keeps it.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .try_init();
}
