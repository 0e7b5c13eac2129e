//! The `hammer` command with a sampling profiler inside, for machines without a working `perf`.
//!
//! A signal interrupts it after each so many milliseconds of CPU time and notes the stack. At the
//! end the stacks go to the file that `HAMMER_BENCH_STACKS` names: one per line, outermost frame
//! first, frames separated by `;`, then a blank and how often it was seen.
#![expect(
    clippy::print_stderr,
    reason = "it is a command, and what keeps it from profiling has to be told"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::{env, fs};

use hammer_cli::{App, HttpArgs};
use pprof::{Frames, ProfilerGuard};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const STACKS_VARIABLE: &str = "HAMMER_BENCH_STACKS";

/// Prime, so that nothing that happens a round number of times a second hides between samples.
const FREQUENCY_HZ: i32 = 997;

fn main() -> ExitCode {
    match run_profiled() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: failed to profile: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_profiled() -> Result<ExitCode, Box<dyn Error>> {
    let path =
        env::var_os(STACKS_VARIABLE).ok_or(format!("{STACKS_VARIABLE} does not name a file"))?;
    let guard = ProfilerGuard::new(FREQUENCY_HZ)?;
    let code = App::new().hammer::<HttpArgs>().main();
    let mut text = String::new();
    for (frames, count) in guard.report().build()?.data {
        writeln!(text, "{} {count}", folded_line(&frames))?;
    }
    fs::write(path, text)?;
    Ok(code)
}

/// The frames of one stack, outermost first, under the name of their thread.
fn folded_line(frames: &Frames) -> String {
    let mut names = vec![frames.thread_name.clone()];
    // The profiler tells stacks apart by function, so of what is inlined into one it knows only
    // the first case it met. The function itself comes last, and is true.
    let functions = frames.frames.iter().rev().filter_map(|frame| frame.last());
    names.extend(functions.map(|symbol| symbol.name().replace(';', ":")));
    // What lies inside the signal's frame is the profiler's own work.
    if let Some(signal) = names.iter().position(|name| name == "__restore_rt") {
        names.truncate(signal);
    }
    names.join(";")
}
