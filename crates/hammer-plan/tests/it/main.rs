//! Thresholds against what the engine measured.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod docs;
mod thresholds;
