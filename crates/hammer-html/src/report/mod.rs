//! The page of a run.

mod answers_section;
mod baseline_section;
mod breakdown_tables;
mod confidence_table;
mod generator_section;
mod latency_table;
mod load_section;
mod loads_table;
mod provenance_section;
mod replay_section;
mod report_page;
mod run_outcome;
mod totals_section;
mod verdict_section;

pub use report_page::report_page;
pub(crate) use run_outcome::OutcomeGrade;
pub(crate) use verdict_section::measurement_text;
