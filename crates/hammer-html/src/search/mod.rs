//! The page of a search for the highest rate that holds.

mod answer_section;
mod levels_section;
mod looks_table;
mod rate_charts;
mod recovery_section;
mod search_page;
mod setup_section;

pub use search_page::search_page;
