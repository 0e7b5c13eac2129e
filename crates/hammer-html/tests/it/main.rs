//! Tests of the pages.

mod browser;
mod comparison_page;
mod html_checker;
mod page_text;
mod programs;
mod recorded_search;
mod report_page;
mod run_summary;
mod sample_pages;
mod sample_runs;
mod search_page;
mod synthetic_run;
