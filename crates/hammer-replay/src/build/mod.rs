//! Logs to a timeline: what puts input, formats, time and order together.

mod arrival;
mod built;
mod client;
mod late;
mod options;
mod pipeline;
mod probe;
mod rights;
mod sheet;
mod source;
mod stamps;
mod tail;

pub use built::{Built, BuiltSource};
pub use client::ClientKey;
pub use options::{Build, Include, Shift, Ties};
