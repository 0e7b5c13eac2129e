//! Execution of a run: the coordinator, its workers and their slots.

pub(crate) mod coordinator;
pub(crate) mod error;
pub(crate) mod run;
pub(crate) mod start_barrier;
pub(crate) mod stop_handle;
pub(crate) mod timer;
pub(crate) mod worker;
