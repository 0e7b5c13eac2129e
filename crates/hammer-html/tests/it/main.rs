//! Tests of the pages.

mod comparison_page;
mod page_text;
mod report_page;
mod synthetic_run;
