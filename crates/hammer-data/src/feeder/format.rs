//! Formats of feeder files.

use std::path::Path;

/// The format of a file of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FeederFormat {
    /// Comma-separated values with the names of the columns in the first row (RFC 4180). Quoted fields
    /// may contain commas, doubled quotes and line breaks.
    Csv,
    /// One JSON object per line. The keys of the first object are the columns, and are required in each
    /// line. The value of a string is its characters, that of anything else its JSON.
    JsonLines,
    /// One value per line, in the column `line`.
    Lines,
}

impl FeederFormat {
    /// Guesses the format by the extension: CSV for `.csv`, JSON lines for `.jsonl`, `.ndjson` and
    /// `.json`, and plain lines for anything else.
    #[must_use]
    pub fn from_path(path: &Path) -> Self {
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Self::Csv,
            Some("jsonl" | "ndjson" | "json") => Self::JsonLines,
            _ => Self::Lines,
        }
    }
}
