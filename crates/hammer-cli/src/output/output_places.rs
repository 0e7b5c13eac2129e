//! The places of inputs and outputs, each of which has one use.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use hammer_files::FilePlace;

use crate::args::OutputSpec;
use crate::error::Error;

/// The places that have a use, to find an output with the place of an input or of another output.
#[derive(Debug, Default)]
pub(crate) struct OutputPlaces(BTreeMap<OutputPlace, PlaceUse>);

/// The place of an output.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum OutputPlace {
    Stdout,
    File(FilePlace),
}

/// The use of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PlaceUse {
    Input,
    Baseline,
    Output,
}

impl OutputPlaces {
    /// The places of the files that a command reads. `-` is stdin, which can be one of them.
    pub(crate) fn of_inputs<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let place = |path: &Path| match path == Path::new("-") {
            true => FilePlace::of(Path::new("/dev/stdin")),
            false => FilePlace::of(path),
        };
        let paths = paths.into_iter();
        let inputs = paths.map(|path| (OutputPlace::File(place(path)), PlaceUse::Input));
        Self(inputs.collect())
    }

    /// The place of the run file that a run is compared with, if there is one.
    pub(super) fn of_baseline(path: Option<&Path>) -> Self {
        let place = path.map(|path| OutputPlace::File(FilePlace::of(path)));
        let place = place.map(|place| (place, PlaceUse::Baseline));
        Self(place.into_iter().collect())
    }

    /// Adds the place of an output.
    ///
    /// # Errors
    ///
    /// If it has another use.
    pub(super) fn add(&mut self, output: &OutputSpec) -> Result<(), Error> {
        let place = match &output.path {
            Some(path) => OutputPlace::File(FilePlace::of(path)),
            None => OutputPlace::Stdout,
        };
        let kind = output.kind.as_str();
        let problem = match (self.0.insert(place, PlaceUse::Output), &output.path) {
            (None, _) => return Ok(()),
            (Some(PlaceUse::Input), _) => {
                "this command reads that file (try another path)".to_owned()
            }
            (Some(PlaceUse::Baseline), _) => {
                "the run is compared with that file (try another path, \
                 and rename the file after the run)"
                    .to_owned()
            }
            (Some(PlaceUse::Output), Some(_)) => {
                "another output has the same path (try another path)".to_owned()
            }
            (Some(PlaceUse::Output), None) => {
                format!("another output goes to stdout, too (try {kind}=PATH)")
            }
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
