//! The vocabulary of hammers: hits, slots, outcomes and failures.

pub(crate) mod description;
pub(crate) mod failure;
pub(crate) mod hammer;
pub(crate) mod hit;
pub(crate) mod interned_address;
pub(crate) mod interned_name;
pub(crate) mod missed_hit;
pub(crate) mod outcome;
pub(crate) mod peer;
pub(crate) mod playlist_item;
pub(crate) mod proxy_description;
pub(crate) mod slot_notes;
pub(crate) mod step_times;
pub(crate) mod worker_context;
pub(crate) mod worker_locals;
