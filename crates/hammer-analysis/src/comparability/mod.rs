//! Decides whether runs can be compared, and what weakens a comparison.

pub(crate) mod incomparable;
pub(crate) mod run_position;
pub(crate) mod run_property;
pub(crate) mod warning;
