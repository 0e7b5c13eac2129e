//! Tests of pages.

mod browser;
mod html_checker;
mod programs;
mod sample_runs;
