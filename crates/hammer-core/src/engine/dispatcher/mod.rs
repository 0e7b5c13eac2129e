//! Decisions of a worker: which hit starts in which slot, and when.

pub(crate) mod actions;
pub(crate) mod backlog;
#[expect(
    clippy::module_inception,
    reason = "a file is named after the type it defines"
)]
pub(crate) mod dispatcher;
pub(crate) mod due_hit;
mod early_slots;
pub(crate) mod hit_recorder;
pub(crate) mod hit_source;
mod idle_slots;
pub(crate) mod in_flight;
pub(crate) mod quantum;
pub(crate) mod slot_growth;
pub(crate) mod slot_rests;
pub(crate) mod slot_table;
pub(crate) mod waiting_ages;
pub(crate) mod warmup;
pub(crate) mod worker_hits;

#[cfg(test)]
mod tests;
