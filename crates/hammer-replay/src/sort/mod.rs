//! Rows into the order of their arrival, in bounded memory.
//!
//! A row is a time, something by which rows of the same time are ordered, and bytes that nobody here
//! looks at.

mod draws;
mod heap;
mod reorder;
mod rows;
mod runs;
mod seconds;

pub(crate) use reorder::{Reorder, Sink};
pub(crate) use runs::{Merge, Runs};
pub(crate) use seconds::{Seconds, Spreading, content};
