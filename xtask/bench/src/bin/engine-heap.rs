//! Counts the allocations of the engine alone.
//!
//! `engine-heap HITS WORKERS` runs a hammer that does nothing, and prints the number of blocks that
//! the run allocated. It is a program of its own, because its allocator counts, and so is slow.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing the count is the purpose of this program"
)]

use std::env;
use std::process::ExitCode;

#[path = "../null_run.rs"]
mod null_run;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn main() -> ExitCode {
    let numbers: Vec<u64> = env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    let [hits, workers] = numbers[..] else {
        eprintln!("error: expected HITS and WORKERS");
        return ExitCode::from(2);
    };
    match count_blocks(hits, workers as usize) {
        Ok(blocks) => {
            println!("{blocks}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Allocated blocks of a run. Each reallocation counts as one.
fn count_blocks(hits: u64, workers: usize) -> Result<u64, String> {
    let _profiler = dhat::Profiler::builder().testing().build();
    null_run::run_null_hits(hits, workers)?;
    Ok(dhat::HeapStats::get().total_blocks)
}
