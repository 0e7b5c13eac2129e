/// A plan with a comment for each key, that runs where the variable `TARGET` is the URL of a
/// target.
pub const EXAMPLE: &str = include_str!("example.toml");
