//! `cargo xtask bench`: every claim about speed and truth, measured on the machine at hand.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what this program is for is to tell a person what it measured"
)]

use std::process::ExitCode;

use clap::Parser;

mod against;
mod args;
mod bench;
mod claims;
mod cores;
mod error;
mod host;
mod machine;
mod number;
mod peers;
mod plan;
mod process;
mod program;
mod record;
mod release;
mod scenario;
mod scenarios;
mod search;
mod session;
mod sheet;
mod spread;
mod table;

fn main() -> ExitCode {
    let args = args::Args::parse();
    session::run(&args).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(error.code())
    })
}
