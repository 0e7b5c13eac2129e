//! Tests of comparisons of recorded runs.

mod comparability;
mod comparisons;
mod recorded_run;
mod schema;
mod search_schema;
mod simulation;
mod unanswered;
