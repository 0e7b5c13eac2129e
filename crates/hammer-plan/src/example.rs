//! The example plan.

/// A plan with a comment for each key. It runs if the variable `TARGET` is the URL of a target.
pub const EXAMPLE: &str = include_str!("example.toml");
