//! The page of a comparison.

mod comparison_charts;
mod comparison_page;
mod figures_table;
mod outcome_section;
mod runs_table;
mod side_load;

pub use comparison_page::comparison_page;
