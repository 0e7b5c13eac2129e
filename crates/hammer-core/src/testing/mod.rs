//! For tests of hammers, and of the engine itself (feature `testing`).
//!
//! - [`conformance`] holds a hammer to what the [`Hammer`](crate::Hammer) trait asks of it.
//! - [`Scripted`] is a hammer that does what a script says, under a [`paused`] clock.
//! - [`Corpus`] is for what reads texts: those that were once trouble, and others like them.

mod conformance;
mod corpus;
mod paused;
mod scripted;

pub use conformance::{Nonconformance, conformance};
pub use corpus::Corpus;
pub use paused::paused;
pub use scripted::{Counts, Scripted, Step};
