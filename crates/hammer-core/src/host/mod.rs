//! Figures that the operating system provides: threads, control groups and limits.

pub(crate) mod cgroup;
pub(crate) mod host_description;
pub(crate) mod host_stats;
pub(crate) mod io_failure;
pub(crate) mod kib_field;
pub(crate) mod preflight;
pub(crate) mod process;
pub(crate) mod resource_meter;
pub(crate) mod thread_usage;
