//! The report of a search, as plain data.

pub(crate) mod curve_knee;
pub(crate) mod in_flight_sizing;
pub(crate) mod look_report;
pub(crate) mod recovery_report;
pub(crate) mod required_rate;
pub(crate) mod search_level;
pub(crate) mod search_report;
pub(crate) mod search_setup;
mod statement;
