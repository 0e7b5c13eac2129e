//! The `hammer` command with an allocator that records the stack of each allocation.
//!
//! At the end, it writes number and size by stack to the file in `HAMMER_BENCH_HEAP`, as DHAT JSON.
#![expect(clippy::print_stderr, reason = "a command prints its errors")]

use std::env;
use std::process::ExitCode;

use hammer_cli::{App, HttpArgs};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const HEAP_VARIABLE: &str = "HAMMER_BENCH_HEAP";

/// Enough for the deepest stack: an asynchronous call has many frames.
const MAX_STACK_DEPTH: usize = 200;

fn main() -> ExitCode {
    let Some(path) = env::var_os(HEAP_VARIABLE) else {
        eprintln!("error: failed to profile: {HEAP_VARIABLE} is not set");
        return ExitCode::FAILURE;
    };
    // The profile is written when this is dropped, after the run.
    let _profiler = dhat::Profiler::builder()
        .file_name(path)
        .trim_backtraces(Some(MAX_STACK_DEPTH))
        .build();
    App::new().hammer::<HttpArgs>().main()
}
