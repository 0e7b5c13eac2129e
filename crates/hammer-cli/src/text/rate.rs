//! Rates with their unit.

pub(crate) use hammer_diagnostic::format_rate;
