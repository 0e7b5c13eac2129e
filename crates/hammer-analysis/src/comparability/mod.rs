//! Decides whether runs can be compared, and what weakens a comparison.

pub(crate) mod check;
pub(crate) mod comparable_load;
pub(crate) mod incomparable;
pub(crate) mod run_names;
pub(crate) mod run_position;
mod run_properties;
pub(crate) mod run_property;
pub(crate) mod warning;
pub(crate) mod warning_texts;
