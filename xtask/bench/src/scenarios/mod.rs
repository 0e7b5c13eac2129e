//! Runs the scenarios, one file each.

use crate::context::BenchContext;
use crate::error::Error;
use crate::figure_collector::FigureCollector;
use crate::pinned_target::TargetServerMode;
use crate::scenario::{BenchScenario, ScenarioKind};

mod ceiling;
mod closed;
mod display;
mod engine;
mod even;
mod memory;
mod mqtt;
mod outputs;
mod precise;
mod replay;
mod rows;
mod stall;
mod steady;
mod timeline;
mod tokens;
mod values;
mod variants;
mod workflow;

pub(crate) use mqtt::PUBLISHER_NAMES;

/// The result of a scenario.
pub(crate) struct ScenarioReport {
    /// One line on the load and the target.
    pub(crate) heading: String,
    pub(crate) figures: FigureCollector,
}

/// The kind of target whose limit a scenario needs.
///
/// `None` if it has no target, or one with another protocol than that of the limits.
pub(crate) fn target_mode(kind: ScenarioKind) -> Option<TargetServerMode> {
    match kind {
        ScenarioKind::Closed
        | ScenarioKind::Ceiling
        | ScenarioKind::Steady
        | ScenarioKind::Memory => Some(TargetServerMode::Raw),
        ScenarioKind::Even | ScenarioKind::Stall => Some(TargetServerMode::Recording),
        ScenarioKind::Precise => Some(TargetServerMode::RawRecording),
        ScenarioKind::Http2 => Some(TargetServerMode::RawHttp2),
        ScenarioKind::Outputs
        | ScenarioKind::Display
        | ScenarioKind::Engine
        | ScenarioKind::Replay
        | ScenarioKind::Values
        | ScenarioKind::Workflow
        | ScenarioKind::Rows
        | ScenarioKind::Tokens
        | ScenarioKind::MqttSink
        | ScenarioKind::Mqtt
        | ScenarioKind::Timeline => None,
    }
}

/// Measures a scenario in all rounds.
///
/// # Errors
///
/// If the scenario cannot run at all.
pub(crate) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    match scenario.kind {
        ScenarioKind::Closed | ScenarioKind::Http2 => closed::run(bench, scenario),
        ScenarioKind::Ceiling => ceiling::run(bench, scenario),
        ScenarioKind::Steady => steady::run(bench, scenario),
        ScenarioKind::Outputs => outputs::run(bench, scenario),
        ScenarioKind::Display => display::run(bench, scenario),
        ScenarioKind::Even => even::run(bench, scenario),
        ScenarioKind::Stall => stall::run(bench, scenario),
        ScenarioKind::Memory => memory::run(bench, scenario),
        ScenarioKind::Engine => engine::run(bench, scenario),
        ScenarioKind::Replay => replay::run(bench, scenario),
        ScenarioKind::Values => values::run(bench, scenario),
        ScenarioKind::Workflow => workflow::run(bench, scenario),
        ScenarioKind::Rows => rows::run(bench, scenario),
        ScenarioKind::Precise => precise::run(bench, scenario),
        ScenarioKind::Tokens => tokens::run(bench, scenario),
        ScenarioKind::MqttSink => mqtt::run_sink(bench, scenario),
        ScenarioKind::Mqtt => mqtt::run_broker(bench, scenario),
        ScenarioKind::Timeline => timeline::run(bench, scenario),
    }
}
