//! The `hammer` command with an allocator that notes who allocates: each stack, how often, how much.
//!
//! At the end it writes them to the file that `HAMMER_BENCH_HEAP` names, in DHAT's JSON.
#![expect(
    clippy::print_stderr,
    reason = "it is a command, and what keeps it from profiling has to be told"
)]

use std::env;
use std::process::ExitCode;

use hammer_cli::{App, HttpArgs};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const HEAP_VARIABLE: &str = "HAMMER_BENCH_HEAP";

/// Enough for the whole of the deepest stack: an asynchronous call is many frames.
const MAX_STACK_DEPTH: usize = 200;

fn main() -> ExitCode {
    let Some(path) = env::var_os(HEAP_VARIABLE) else {
        eprintln!("error: failed to profile: {HEAP_VARIABLE} does not name a file");
        return ExitCode::FAILURE;
    };
    // Written when it is dropped, after the run.
    let _profiler = dhat::Profiler::builder()
        .file_name(path)
        .trim_backtraces(Some(MAX_STACK_DEPTH))
        .build();
    App::new().hammer::<HttpArgs>().main()
}
