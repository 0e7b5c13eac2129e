//! A worker: one OS thread with its slots, its part of the schedule and its measurements.
//!
//! Workers share nothing while a hit runs.

pub(crate) mod coordinator_link;
mod driver;
pub(crate) mod next_run;
mod slot_channel;
mod slot_task;
mod thread;
#[expect(
    clippy::module_inception,
    reason = "a file is named after the type it defines"
)]
mod worker;
pub(crate) mod worker_config;

pub(crate) use thread::run;
