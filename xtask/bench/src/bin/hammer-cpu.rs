//! The `hammer` command with a built-in sampling profiler, for machines without `perf`.
//!
//! A signal interrupts it at a fixed rate of CPU time to sample the stack. At the end, the stacks are
//! written to the file in `HAMMER_BENCH_STACKS`: one per line, outermost frame first, frames
//! separated by `;`, then a space and the number of samples.
#![expect(clippy::print_stderr, reason = "a command prints its errors")]

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::{env, fs};

use hammer_cli::{App, HttpArgs};
use pprof::{Frames, ProfilerGuard};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const STACKS_VARIABLE: &str = "HAMMER_BENCH_STACKS";

/// A prime, so that the samples do not run in step with periodic work.
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
    let path = env::var_os(STACKS_VARIABLE).ok_or(format!("{STACKS_VARIABLE} is not set"))?;
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
    // The profiler merges stacks by function. Of the inlined functions of a frame it keeps those of
    // the first sample only, so just the last symbol, the function itself, is reliable.
    let functions = frames.frames.iter().rev().filter_map(|frame| frame.last());
    names.extend(functions.map(|symbol| symbol.name().replace(';', ":")));
    // Frames inside the signal handler belong to the profiler.
    if let Some(signal) = names.iter().position(|name| name == "__restore_rt") {
        names.truncate(signal);
    }
    names.join(";")
}
