use std::ops::Range;
use std::{error, fmt};

/// How much of a text that somebody else wrote an error repeats, in characters.
const MOST: usize = 80;

/// In one line that can be read.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short.replace(char::is_control, "?")
}

/// Why a text is no threshold: where, what is wrong there, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThresholdError {
    place: Range<usize>,
    wrong: String,
    right: String,
}

impl ThresholdError {
    pub(crate) fn new(
        place: Range<usize>,
        wrong: impl Into<String>,
        right: impl Into<String>,
    ) -> Self {
        Self {
            place,
            wrong: short(&wrong.into()),
            right: short(&right.into()),
        }
    }

    /// The bytes of the text that are wrong; empty where something is missing.
    #[must_use]
    pub fn place(&self) -> Range<usize> {
        self.place.clone()
    }

    /// What is wrong there, as a fragment.
    #[must_use]
    pub fn wrong(&self) -> &str {
        &self.wrong
    }

    /// What would be right there; reads well after "right would be".
    #[must_use]
    pub fn right(&self) -> &str {
        &self.right
    }
}

impl fmt::Display for ThresholdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; right would be {}", self.wrong, self.right)
    }
}

impl error::Error for ThresholdError {}
