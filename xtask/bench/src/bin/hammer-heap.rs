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

const HEAP: &str = "HAMMER_BENCH_HEAP";

/// Enough for the whole of the deepest stack: an asynchronous call is many frames.
const DEPTH: usize = 200;

fn main() -> ExitCode {
    let Some(path) = env::var_os(HEAP) else {
        eprintln!("error: failed to profile: {HEAP} does not name a file");
        return ExitCode::FAILURE;
    };
    // Written when it is dropped, after the run.
    let _profiler = dhat::Profiler::builder()
        .file_name(path)
        .trim_backtraces(Some(DEPTH))
        .build();
    App::new().hammer::<HttpArgs>().main()
}
