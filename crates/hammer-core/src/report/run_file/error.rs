//! Errors of run files.

use std::{error, fmt};

/// A text that is not a run file, or one that contradicts itself.
#[derive(Debug)]
pub struct RunFileError {
    kind: RunFileErrorKind,
    source: Option<serde_json::Error>,
}

/// The reason that a text is not a run file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunFileErrorKind {
    /// It is not JSON, or ends too early.
    InvalidJson,
    /// It is a JSON report, which has no histograms: its schema.
    ReportOnly(String),
    /// It has another schema, or none.
    UnknownSchema(Option<String>),
    /// It has the schema of a run file, but a key is missing or has a wrong type.
    InvalidContent,
    /// The histograms do not belong to the report: the part that contradicts it.
    Contradiction(String),
    /// It has more of something than a run file can have: what was expected, and what was found.
    TooMuch(String),
    /// A value cannot be written.
    Unwritable,
}

impl RunFileError {
    pub(super) fn new(kind: RunFileErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(super) fn json(kind: RunFileErrorKind, source: serde_json::Error) -> Self {
        Self {
            kind,
            source: Some(source),
        }
    }

    pub(super) fn contradiction(part: impl Into<String>) -> Self {
        Self::new(RunFileErrorKind::Contradiction(part.into()))
    }

    /// Checks that there are at most `limit` things that `what` names.
    pub(super) fn check_limit(what: &str, limit: usize, found: usize) -> Result<(), Self> {
        if found <= limit {
            return Ok(());
        }
        let problem = format!("expected at most {limit} {what}, found {found}");
        Err(Self::new(RunFileErrorKind::TooMuch(problem)))
    }

    /// The reason.
    #[must_use]
    pub fn kind(&self) -> &RunFileErrorKind {
        &self.kind
    }
}

impl fmt::Display for RunFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = super::RUN_FILE_SCHEMA;
        match &self.kind {
            RunFileErrorKind::InvalidJson => f.write_str("invalid JSON"),
            RunFileErrorKind::ReportOnly(schema) => write!(
                f,
                "expected schema '{expected}', found '{schema}', which has no histograms"
            ),
            RunFileErrorKind::UnknownSchema(Some(schema)) => {
                write!(f, "expected schema '{expected}', found '{schema}'")
            }
            RunFileErrorKind::UnknownSchema(None) => {
                write!(f, "expected schema '{expected}', found none")
            }
            RunFileErrorKind::InvalidContent => f.write_str("invalid run file"),
            RunFileErrorKind::Contradiction(part) => {
                write!(f, "the histograms contradict the report: {part}")
            }
            RunFileErrorKind::TooMuch(problem) => write!(f, "invalid run file: {problem}"),
            RunFileErrorKind::Unwritable => f.write_str("failed to write JSON"),
        }
    }
}

impl error::Error for RunFileError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
