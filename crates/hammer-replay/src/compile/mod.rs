//! Compilation of logs into a timeline.

mod assembler;
mod builder;
mod client_hash_key;
mod late_rows;
mod lazy_writer;
mod log_read_state;
mod permissions;
mod probe;
mod row_arrival;
mod summary;
mod timeless_row_encoder;
mod timestamp_stats;
mod url_hosts;

pub use builder::{ClockShift, IncludedFields, TieOrder, TimelineBuilder};
pub use client_hash_key::ClientHashKey;
pub use summary::{BuildSummary, LogSourceSummary};
