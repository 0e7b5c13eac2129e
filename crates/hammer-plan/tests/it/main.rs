//! Tests of plans as texts, and of thresholds against measurements of the engine.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod baseline_thresholds;
mod docs;
mod errors;
mod plan_report;
mod reading;
mod running_measurements;
mod schema;
mod thresholds;
