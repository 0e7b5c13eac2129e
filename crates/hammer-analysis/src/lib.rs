//! Compares runs, and searches for the highest rate that holds.
//!
//! Without input, output or clock. [`Comparison`] and [`SearchReport`] are plain data; every output is made
//! from them.
//!
//! The methods are in `docs/COMPARING.md` and `docs/FIND.md`, with worked numbers and references.

mod comparability;
mod compare;
mod comparison;
mod extended_number;
mod figures;
mod judgement;
mod search;
mod statistics;

pub use comparability::check::{check_before_run, check_comparability, check_planned_loads};
pub use comparability::comparable_load::ComparableLoad;
pub use comparability::incomparable::{Incomparable, IncomparableReason};
pub use comparability::run_names::RunNames;
pub use comparability::run_position::{ComparisonSide, RunPosition};
pub use comparability::run_property::RunProperty;
pub use comparability::warning::ComparabilityWarning;
pub use comparability::warning_texts::warning_texts;
pub use compare::compare;
pub use comparison::compare_options::{CompareOptions, RunPairing};
pub use comparison::compared_figure::{BetterDirection, ComparedFigure, ComparedUnit};
pub use comparison::compared_rounds::{ComparedRounds, EarlyEnd};
pub use comparison::comparison::{COMPARISON_SCHEMA, ComparedRun, Comparison};
pub use comparison::comparison_design::ComparisonDesign;
pub use comparison::comparison_outcome::{ComparisonOutcome, UndecidedReason};
pub use comparison::different_targets::DifferentTargets;
pub use comparison::figure_change::{ChangeInterval, ChangeScale, FigureChange};
pub use comparison::figure_comparison::{FigureComparison, RankTest};
pub use comparison::figure_scope::{FigureScope, StageScope};
pub use comparison::unanswered_side::UnansweredSide;
pub use figures::run_figures::RunFigures;
pub use judgement::compare_figures::{ComparedFigures, compare_figures};
pub use judgement::compared_values::{ComparedValues, compare_values};
pub use judgement::confirmed_values::confirmed_values;
pub use judgement::several_runs::MIN_RUNS;
pub use search::capacity::{Capacity, CapacityStatus};
pub use search::capacity_search::{CapacitySearch, SearchStep};
pub use search::knee::knee;
pub use search::look::{FinishedLook, LookOutcome, LookPurpose, PlannedLook};
pub use search::report::curve_knee::CurveKnee;
pub use search::report::in_flight_sizing::InFlightSizing;
pub use search::report::look_report::LookReport;
pub use search::report::recovery_report::{RecoveryReport, RecoverySlice};
pub use search::report::required_rate::RequiredRate;
pub use search::report::search_level::SearchLevel;
pub use search::report::search_report::{SEARCH_SCHEMA, SearchReport};
pub use search::report::search_setup::SearchSetup;
pub use search::search_settings::SearchSettings;
pub use search::unseen_interval::unseen_interval_s;
