//! Messages about files that are not run files.

use std::error::Error as _;

use hammer_core::{RUN_FILE_SCHEMA, RunFileError, RunFileErrorKind};
use hammer_diagnostic::chain;

use super::foreign_file::{self, RUN_FILE};

/// Describes a file whose JSON is not that of a run file, and says what to do.
pub(super) fn message(error: &RunFileError, bytes: &[u8]) -> String {
    let foreign = match error.kind() {
        RunFileErrorKind::InvalidJson => foreign_file::describe(bytes),
        RunFileErrorKind::UnknownSchema(schema) => {
            foreign_file::describe_json(schema.as_deref(), bytes)
        }
        _ => None,
    };
    if let Some(message) = foreign {
        return message;
    }
    let message = chain(error);
    match error.kind() {
        RunFileErrorKind::InvalidJson if bytes.trim_ascii().is_empty() => {
            "expected a run file, found an empty file".to_owned()
        }
        RunFileErrorKind::InvalidJson if is_truncated(error) => {
            format!("the run file ends too early: {message}")
        }
        RunFileErrorKind::InvalidJson => {
            format!("expected a run file: {message} ({RUN_FILE})")
        }
        RunFileErrorKind::ReportOnly(_) => {
            format!("{message} (try '-o run=PATH' in the run, in addition to json)")
        }
        RunFileErrorKind::UnknownSchema(Some(schema)) if is_other_version(schema) => {
            format!("{message} (try the version of hammer that wrote the file)")
        }
        RunFileErrorKind::UnknownSchema(_) => {
            format!("{message} ({RUN_FILE})")
        }
        _ => message,
    }
}

/// Returns true for the schema of a run file of another version of the format.
fn is_other_version(schema: &str) -> bool {
    let name = RUN_FILE_SCHEMA.split('/').next();
    schema.split('/').next() == name
}

fn is_truncated(error: &RunFileError) -> bool {
    let source = error.source();
    let json = source.and_then(|source| source.downcast_ref::<serde_json::Error>());
    json.is_some_and(serde_json::Error::is_eof)
}
