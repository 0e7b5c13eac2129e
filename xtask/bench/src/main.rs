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
mod broker;
mod claims;
mod cores;
mod error;
mod executable;
mod host;
mod logs;
mod machine;
mod number;
mod peers;
mod plan;
mod process;
mod profile;
mod program;
mod record;
mod scenario;
mod scenarios;
mod search;
mod session;
mod sheet;
mod spread;
mod table;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let ended = match &args.profile {
        Some(scenario) => profile::run(scenario, &args),
        None => session::run(&args),
    };
    ended.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(error.code())
    })
}
