use std::path::Path;

/// How rows stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FeederFormat {
    /// Comma-separated values with the names of the columns in the first row (RFC 4180). Fields in
    /// quotes may have commas, quotes that are doubled, and ends of lines.
    Csv,
    /// A JSON object in each line. The keys of the first are the columns, and each has to have them.
    /// A text stands for its characters, and anything else for its JSON.
    JsonLines,
    /// One value in each line, in a column called `line`.
    Lines,
}

impl FeederFormat {
    /// The format that a file of this name has most likely: CSV if it ends in `.csv`, JSON lines if in
    /// `.jsonl`, `.ndjson` or `.json`, and plain lines otherwise.
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
