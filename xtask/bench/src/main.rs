//! `cargo xtask bench`: every claim about speed and truth, measured on the machine at hand.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what this program is for is to tell a person what it measured"
)]

use std::process::ExitCode;

use clap::Parser;

mod args;

fn main() -> ExitCode {
    let args = args::Args::parse();
    println!("{args:?}");
    ExitCode::SUCCESS
}
