//! The `hammer` command with an allocator that counts.
//!
//! After the output of the command, it prints the number of allocations in a line of its own. Each
//! reallocation counts as one.
#![expect(
    clippy::print_stdout,
    reason = "printing the count is the purpose of this program"
)]

use std::alloc::System;
use std::process::ExitCode;

use hammer_cli::{App, HttpArgs};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let region = Region::new(ALLOCATOR);
    let code = App::new().hammer::<HttpArgs>().main();
    let counted = region.change();
    println!("\n{}", counted.allocations + counted.reallocations);
    code
}
