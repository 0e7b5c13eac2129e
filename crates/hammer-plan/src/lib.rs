//! Plans and thresholds: the loads to run and the conditions that must hold, as text.
//!
//! A [`Plan`] has one or more loads ([`PlanLoad`]) that run at the same time, with outputs and
//! thresholds. [`ParsedPlanFile::parse`] reads a plan from TOML or JSON and keeps the position of each
//! value for error messages:
//!
//! ```
//! use hammer_plan::{PlanContent, ParsedPlanFile};
//!
//! let text = "[[load]]\ntarget = 'http://${HOST}/'\nrate = 100\n";
//! let env = |name: &str| (name == "HOST").then(|| "127.0.0.1:8080".to_owned());
//! let file = ParsedPlanFile::parse("plan.toml", text, env)?;
//! let PlanContent::Plan(plan) = file.content() else { unreachable!() };
//! assert_eq!(plan.load[0].target.as_deref(), Some("http://127.0.0.1:8080/"));
//!
//! let error = ParsedPlanFile::parse("plan.toml", "[[load]]\ntraget = 'a'\n", |_| None).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "plan.toml:2:1: unknown key 'traget' in a load; expected 'target'"
//! );
//! # Ok::<(), hammer_plan::PlanError>(())
//! ```
//!
//! A [`Threshold`] is a condition on the measurements of a run:
//!
//! ```
//! use hammer_plan::Threshold;
//!
//! let threshold: Threshold = "p99.9 <= 1.5s".parse()?;
//! assert_eq!(threshold.to_string(), "p99.9 <= 1.5s");
//!
//! let error = "p99 < 250".parse::<Threshold>().unwrap_err();
//! assert_eq!(error.to_string(), "'250' has no unit; expected 250ms");
//! assert_eq!(error.position(), 6..9);
//! # Ok::<(), hammer_plan::Diagnostic>(())
//! ```
//!
//! `docs/PLANS.md` lists the keys of plans; `docs/THRESHOLDS.md` describes the grammar and the
//! figures of thresholds.

mod check_thresholds;
mod environment;
mod example;
mod go_hammer_scenario;
mod json_text;
mod load_outline;
mod measured_now;
mod parsed_plan_file;
mod plan;
mod plan_error;
mod plan_flag_value;
mod plan_load;
mod plan_node;
mod plan_report_measurements;
mod plan_source_text;
mod running_measurements;
mod running_view;
mod schema;
mod sliding_window;
mod target_parts;
mod threshold;
mod toml_text;

pub use check_thresholds::{check_thresholds, withdraw_relative_results};
pub use environment::SubstitutedVariables;
pub use example::EXAMPLE;
pub use go_hammer_scenario::{GoHammerRequest, GoHammerScenario};
pub use hammer_diagnostic::Diagnostic;
pub use load_outline::LoadOutline;
pub use measured_now::MeasuredNow;
pub use parsed_plan_file::{ParsedPlanFile, PlanContent, PlanPathStep};
pub use plan::Plan;
pub use plan_error::PlanError;
pub use plan_flag_value::PlanFlagValue;
pub use plan_load::PlanLoad;
pub use running_measurements::RunningMeasurements;
pub use schema::schema;
pub use threshold::{
    HitTime, Measurements, ReportedName, StageSelector, Threshold, ThresholdScope,
};
