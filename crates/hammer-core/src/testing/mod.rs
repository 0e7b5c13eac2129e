//! Tools for tests of hammers and of the engine (feature `testing`).
//!
//! Enable the feature for tests only:
//!
//! ```toml
//! [dev-dependencies]
//! hammer-core = { version = "0.1", features = ["testing"] }
//! ```
//!
//! - [`check_conformance`] checks a hammer against the contract of [`Hammer`](crate::Hammer).
//! - [`ScriptedHammer`] is a hammer that follows a script, such as under a [paused
//!   clock](with_paused_clock).
//! - [`TextCorpus`] tests parsers with texts that once caused trouble, and mutations of them.

mod conformance;
mod paused_clock;
mod scripted_hammer;
mod text_corpus;

pub use conformance::{ConformanceError, check_conformance};
pub use paused_clock::with_paused_clock;
pub use scripted_hammer::{ScriptCounts, ScriptStep, ScriptedHammer};
pub use text_corpus::TextCorpus;
