//! What the bench is asked to do.

use std::path::PathBuf;

use clap::Parser;

/// Measures the release build of `hammer` on this machine: scenario by scenario, several rounds
#[derive(Debug, Parser)]
#[command(
    name = "bench",
    bin_name = "cargo xtask bench",
    version,
    max_term_width = 100
)]
pub(crate) struct Args {
    /// closed, ceiling, steady, even, stall, memory, engine; with -tls at the end over TLS
    /// [default: all, over TLS those about speed]
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// Over TLS
    #[arg(long)]
    pub(crate) tls: bool,
    /// End within a minute: shorter runs
    #[arg(long)]
    pub(crate) quick: bool,
    /// How often to measure everything
    #[arg(long, value_name = "COUNT", default_value = "3", value_parser = rounds)]
    pub(crate) rounds: usize,
    /// Run the peers that are on PATH too, in turn with ours
    #[arg(long)]
    pub(crate) peers: bool,
    /// Compare with an earlier run's file, and fail on what became worse beyond the noise
    #[arg(long, value_name = "FILE")]
    pub(crate) against: Option<PathBuf>,
}

/// Fewer than three have no median to speak of.
fn rounds(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(rounds @ 3..=1000) => Ok(rounds),
        Ok(_) => Err("at least 3, at most 1000".to_owned()),
        Err(_) => Err("not a number".to_owned()),
    }
}
