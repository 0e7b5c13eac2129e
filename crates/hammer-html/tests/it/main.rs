//! Tests of pages.

mod browser;
mod programs;
mod sample_runs;
