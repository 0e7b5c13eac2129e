//! Execution of a run: the coordinator, its workers and their slots.

pub(crate) mod clock;
pub(crate) mod coordinator;
pub(crate) mod dispatcher;
pub(crate) mod error;
mod execution;
pub(crate) mod run;
mod run_check;
pub(crate) mod start_barrier;
pub(crate) mod stop_handle;
pub(crate) mod stop_level;
pub(crate) mod timer;
pub(crate) mod worker;
mod worker_threads;
