//! `cargo xtask bench`: every claim about speed and truth, measured on the machine at hand.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what this program is for is to tell a person what it measured"
)]

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

mod args;
mod profile;

fn main() -> ExitCode {
    let args = args::Args::parse();
    if let Some(scenario) = &args.profile {
        return draw(scenario, &args);
    }
    println!("{args:?}");
    ExitCode::SUCCESS
}

/// Profiles one scenario, and says where the pages are.
fn draw(scenario: &str, args: &args::Args) -> ExitCode {
    let duration = Duration::from_secs(args.profile_seconds);
    let Some(choice) = profile::Choice::of(scenario, duration, !args.without_perf) else {
        eprintln!("error: no scenario '{scenario}' to profile");
        return ExitCode::from(2);
    };
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2).unwrap_or(here);
    let out = root.join(format!("target/bench/profile-{scenario}"));
    match profile::run(&choice, root, &out) {
        Ok(written) => {
            println!("{}", written.summary);
            for file in written.files {
                println!("{}", file.display());
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: failed to profile: {}", error.line());
            ExitCode::FAILURE
        }
    }
}
