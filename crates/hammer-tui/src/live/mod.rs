//! The types with which the caller tells of a run.

pub(crate) mod live_load;
pub(crate) mod live_run;
pub(crate) mod live_second;
pub(crate) mod live_threshold;
pub(crate) mod live_update;
