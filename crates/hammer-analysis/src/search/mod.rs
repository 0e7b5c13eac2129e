//! The search for the highest rate that holds.

pub(crate) mod capacity;
pub(crate) mod look;
pub(crate) mod report;
