use std::io;

use tracing_subscriber::EnvFilter;

/// Logs to stderr what `RUST_LOG` asks for, or warnings.
pub(crate) fn init() {
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    // It would tell each header of a request that it signs, with whatever secret is in it.
    if let Ok(silent) = "aws_sigv4=off".parse() {
        filter = filter.add_directive(silent);
    }
    // A program that has a subscriber of its own keeps it.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .try_init();
}
