//! Execution of a run: the coordinator, its workers and their slots; and of a hit without a run.

pub(crate) mod clock;
pub(crate) mod coordinator;
pub(crate) mod dispatcher;
pub(crate) mod error;
mod execution;
mod panic_guard;
pub(crate) mod run;
mod run_check;
pub(crate) mod series;
pub(crate) mod single_hit;
mod single_hit_session;
pub(crate) mod start_barrier;
pub(crate) mod stop_handle;
pub(crate) mod stop_level;
pub(crate) mod timer;
pub(crate) mod unsent_hits;
pub(crate) mod worker;
mod worker_threads;
