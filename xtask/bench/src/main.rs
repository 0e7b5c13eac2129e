//! The program of `cargo xtask bench`, which measures `hammer` on this machine.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing its measurements is the purpose of this program"
)]

use std::process::ExitCode;

use clap::Parser;

mod allocation_counter;
mod args;
mod arrival_grid;
mod baseline;
mod bench_plan;
mod broker;
mod claims;
mod command;
mod context;
mod core_pinning;
mod cpu_time;
mod error;
mod executable;
mod figure_collector;
mod installed_tool;
mod machine;
mod null_run;
mod number_format;
mod pairs;
mod peer_selection;
mod peers;
mod pinned_target;
mod process;
mod profile;
mod ratio_interval;
mod record;
mod scenario;
mod scenarios;
mod search;
mod spread;
mod synthetic_log;
mod table;

fn main() -> ExitCode {
    let args = args::BenchArgs::parse();
    let result = match &args.profile {
        Some(scenario) => profile::run(scenario, &args),
        None => command::run(&args),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(error.exit_code())
    })
}
