//! Plans as texts: what they say, and where they are wrong; thresholds against what the engine
//! measured.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod docs;
mod errors;
mod reading;
mod schema;
mod thresholds;
