//! Compilation of logs into a timeline.

mod assembler;
mod builder;
mod client_hash_key;
mod late_rows;
mod lazy_writer;
mod permissions;
mod probe;
mod row_arrival;
mod row_tail;
mod source;
mod summary;
mod timestamp_stats;

pub use builder::{ClockShift, IncludedFields, TieOrder, TimelineBuilder};
pub use client_hash_key::ClientHashKey;
pub use summary::{BuildSummary, LogSourceSummary};
