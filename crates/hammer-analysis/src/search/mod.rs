//! The search for the highest rate at which a target meets its objectives.

pub(crate) mod capacity;
pub(crate) mod capacity_search;
pub(crate) mod knee;
mod level;
mod level_table;
pub(crate) mod look;
pub(crate) mod report;
mod rest_control;
pub(crate) mod search_settings;
pub(crate) mod unseen_interval;
