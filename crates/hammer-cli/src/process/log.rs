//! Logging to stderr.

use std::io::{self, IsTerminal, Write};

use tracing_subscriber::EnvFilter;

use crate::output::log_to_display;

/// Sets up logging to stderr, filtered by `RUST_LOG` or at the level of warnings.
pub(crate) fn init() {
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    // It logs the headers that it signs, which may contain secrets.
    if let Ok(silent) = "aws_sigv4=off".parse() {
        filter = filter.add_directive(silent);
    }
    // A subscriber that the program has already set stays in place.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| LogWriter)
        .with_ansi(wants_colors())
        .try_init();
}

/// Writes messages to stderr, or to the log of a live display.
struct LogWriter;

impl Write for LogWriter {
    /// Takes a whole message, as `tracing_subscriber` formats each before it writes.
    fn write(&mut self, message: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(message);
        if log_to_display(text.trim_end_matches('\n')) {
            return Ok(message.len());
        }
        io::stderr().write(message)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Returns true if stderr is a terminal, and the user has not asked for no colors (no-color.org).
fn wants_colors() -> bool {
    let is_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !is_refused
}
