//! The scenarios, one file for each.

use crate::bench::Bench;
use crate::error::Error;
use crate::host::Mode;
use crate::scenario::{Kind, Scenario};
use crate::sheet::Sheet;

mod ceiling;
mod closed;
mod engine;
mod even;
mod memory;
mod mqtt;
mod replay;
mod rows;
mod stall;
mod steady;
mod timeline;
mod tokens;
mod values;

/// What a scenario found out.
pub(crate) struct Found {
    /// One line: what was done, and to what.
    pub(crate) heading: String,
    pub(crate) sheet: Sheet,
}

/// Which kind of target a scenario hits whose limit is to be known; none if it hits nothing, or if what
/// finds out limits does not speak its HTTP.
pub(crate) fn mode(kind: Kind) -> Option<Mode> {
    match kind {
        Kind::Closed | Kind::Ceiling | Kind::Steady | Kind::Memory => Some(Mode::Raw),
        Kind::Even | Kind::Stall => Some(Mode::Recording),
        Kind::Http2
        | Kind::Engine
        | Kind::Replay
        | Kind::Values
        | Kind::Rows
        | Kind::Tokens
        | Kind::MqttSink
        | Kind::Mqtt
        | Kind::Timeline => None,
    }
}

/// Measures a scenario in all its rounds.
///
/// # Errors
///
/// If nothing at all can be measured.
pub(crate) fn run(bench: &Bench, scenario: Scenario) -> Result<Found, Error> {
    match scenario.kind {
        Kind::Closed | Kind::Http2 => closed::run(bench, scenario),
        Kind::Ceiling => ceiling::run(bench, scenario),
        Kind::Steady => steady::run(bench, scenario),
        Kind::Even => even::run(bench, scenario),
        Kind::Stall => stall::run(bench, scenario),
        Kind::Memory => memory::run(bench, scenario),
        Kind::Engine => engine::run(bench, scenario),
        Kind::Replay => replay::run(bench, scenario),
        Kind::Values => values::run(bench, scenario),
        Kind::Rows => rows::run(bench, scenario),
        Kind::Tokens => tokens::run(bench, scenario),
        Kind::MqttSink => mqtt::sink(bench, scenario),
        Kind::Mqtt => mqtt::broker(bench, scenario),
        Kind::Timeline => timeline::run(bench, scenario),
    }
}
