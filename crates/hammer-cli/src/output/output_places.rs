//! The places of outputs, each of which has one output.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use crate::args::OutputSpec;
use crate::error::Error;

/// The places of outputs, to find two outputs with the same place.
#[derive(Debug, Default)]
pub(crate) struct OutputPlaces(BTreeSet<Option<PathBuf>>);

impl OutputPlaces {
    /// Adds the place of an output.
    ///
    /// # Errors
    ///
    /// If another output has it.
    pub(super) fn add(&mut self, output: &OutputSpec) -> Result<(), Error> {
        if self.0.insert(output.path.clone()) {
            return Ok(());
        }
        let problem = match output.path {
            Some(_) => "another output has the same path (try another path)".to_owned(),
            None => format!(
                "another output goes to stdout, too (try {}=PATH)",
                output.kind.as_str()
            ),
        };
        Err(output_error(output, &problem))
    }
}

/// Reports that the file of an output cannot be created.
pub(super) fn place_error(output: &OutputSpec, error: &io::Error) -> Error {
    output_error(output, &format!("failed to create the file: {error}"))
}

/// Reports that the value of `--output`, or of `output` in a plan, is invalid.
pub(crate) fn output_error(output: &OutputSpec, problem: &str) -> Error {
    match &output.plan_location {
        Some(location) => Error::Usage(format!("{location}: invalid value '{output}': {problem}")),
        None => Error::invalid_value("--output <KIND[=PATH]>", &output.to_string(), problem),
    }
}
