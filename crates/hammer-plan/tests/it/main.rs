//! Plans as texts: what they say, and where they are wrong.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod errors;
mod reading;
mod schema;
