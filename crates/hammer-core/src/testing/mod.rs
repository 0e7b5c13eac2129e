//! For tests of hammers, and of the engine itself (feature `testing`).
//!
//! - [`conformance`] holds a hammer to what the [`Hammer`](crate::Hammer) trait asks of it.
//! - [`ScriptedHammer`] is a hammer that does what a script says, under a [`paused`] clock.
//! - [`TextCorpus`] is for what reads texts: those that were once trouble, and others like them.

mod conformance;
mod paused_clock;
mod scripted_hammer;
mod text_corpus;

pub use conformance::{ConformanceError, check_conformance};
pub use paused_clock::with_paused_clock;
pub use scripted_hammer::{ScriptCounts, ScriptStep, ScriptedHammer};
pub use text_corpus::TextCorpus;
