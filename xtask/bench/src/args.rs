//! What the bench is asked to do.

use std::path::PathBuf;

use clap::Parser;

/// Measures the release build of `hammer` on this machine: scenario by scenario, several rounds
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", version, max_term_width = 100)]
pub(crate) struct Args {
    /// Scenarios to run [default: all of them]
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// End within a minute: fewer rounds, shorter ones
    #[arg(long)]
    pub(crate) quick: bool,
    /// Run the peers that are on PATH too, in turn with ours
    #[arg(long)]
    pub(crate) peers: bool,
    /// Compare with an earlier run's file, and fail on what became worse beyond the noise
    #[arg(long, value_name = "FILE")]
    pub(crate) against: Option<PathBuf>,
}
