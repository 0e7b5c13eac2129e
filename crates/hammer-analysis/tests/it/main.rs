//! Tests of comparisons of recorded runs, and of searches.

mod capacity_search;
mod capacity_simulation;
mod comparability;
mod comparisons;
mod recorded_run;
mod schema;
mod search_schema;
mod simulation;
mod unanswered;
