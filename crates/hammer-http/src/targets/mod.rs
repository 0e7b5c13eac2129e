//! Lists of targets from files, in the two formats of vegeta.

mod body_files;
mod http_text;
mod json_lines;
mod weighted_order;

use std::fmt;
use std::path::Path;
use std::str::{self, FromStr};

use bytes::Bytes;
use hammer_files::InputFile;

use self::body_files::BodyFiles;
pub(crate) use self::weighted_order::WeightedOrder;
use crate::{Error, ErrorKind, RequestHeader};
use hammer_diagnostic::{printable_path, shortened};

/// Maximum weight of a target.
const MAX_WEIGHT: u32 = 1_000_000;

/// Targets to hit, each with its own method, URL, headers and body.
///
/// The text is in one of the two formats of vegeta: HTTP requests, or one JSON object per line.
/// Extensions are the weight of a target, its name in the report, and a mark for targets that each slot
/// hits once, before all others.
///
/// ```
/// use hammer_http::TargetList;
///
/// let text = "GET http://127.0.0.1/\n\n# weight: 3\nPOST http://127.0.0.1/cart\nX-Id: 7\n";
/// let json = r#"{"method": "GET", "url": "http://127.0.0.1/", "weight": 3, "name": "home"}"#;
/// let targets: TargetList = text.parse()?;
/// assert_eq!(targets.len(), 2);
/// assert_eq!(json.parse::<TargetList>()?.len(), 1);
/// # Ok::<(), hammer_http::Error>(())
/// ```
#[derive(Clone)]
pub struct TargetList {
    pub(crate) entries: Vec<TargetEntry>,
    /// The name of the text in messages.
    pub(crate) source_name: String,
    warnings: Vec<String>,
}

/// The targets of a text, and the comments that look like misspelled directives.
struct ParsedTargets {
    entries: Vec<TargetEntry>,
    unknown_keys: Vec<TargetLineError>,
}

/// The order in which targets are hit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TargetOrder {
    /// In the order of the file, each as often as its weight, repeatedly.
    #[default]
    RoundRobin,
    /// Drawn at random for each hit, by weight and the seed of the run.
    Random,
    /// In the order of the file for each slot on its own, like the steps of a user.
    PerSlot,
}

/// One entry of a targets file.
#[derive(Clone)]
pub(crate) struct TargetEntry {
    /// Line number, from 1.
    pub(crate) line: usize,
    pub(crate) method: String,
    /// A URL, or a path relative to the builder's URL.
    pub(crate) url: String,
    pub(crate) headers: Vec<RequestHeader>,
    pub(crate) body: Bytes,
    pub(crate) weight: u32,
    /// True if each slot hits the target once, before all others.
    pub(crate) once: bool,
    pub(crate) name: Option<String>,
}

impl TargetList {
    /// Reads a targets file of at most 256 MiB.
    ///
    /// The body files that it names are next to it, or else in the current folder, as in vegeta.
    /// Together, they have at most 256 MiB; a file that several targets name is read once.
    ///
    /// # Errors
    ///
    /// If the file or a body file cannot be read, or a line is malformed. The error names the place.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let source_name = printable_path(path);
        let bytes = InputFile::Targets.read(path).map_err(|cause| {
            let message = format!("failed to read the targets file {source_name}");
            Error::new(ErrorKind::Targets, message).with_source(cause)
        })?;
        let text = str::from_utf8(&bytes)
            .map_err(|error| TargetLineError::not_utf8(&bytes, &error).in_source(&source_name))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(text, &source_name, folder)
    }

    fn parse(text: &str, source_name: &str, folder: &Path) -> Result<Self, Error> {
        let lines = text.lines().map(str::trim);
        let first = lines
            .clone()
            .find(|line| !line.is_empty() && !line.starts_with('#'));
        let files = BodyFiles::new(folder);
        let read = |path: &str| files.read(path);
        let entries = match first {
            Some(line) if line.starts_with('{') => {
                json_lines::parse(text).map(|entries| ParsedTargets {
                    entries,
                    unknown_keys: vec![],
                })
            }
            Some(_) => http_text::parse(text, &read),
            None => {
                let expected = "\"GET http://127.0.0.1/\" or a JSON object in one line";
                let message = format!("no targets in {source_name}; expected {expected}");
                return Err(Error::new(ErrorKind::Targets, message));
            }
        };
        let parsed = entries.map_err(|error| error.in_source(source_name))?;
        let warnings = parsed.unknown_keys.into_iter();
        let warnings = warnings.map(|error| error.in_source(source_name).to_string());
        Ok(Self {
            entries: parsed.entries,
            source_name: source_name.to_owned(),
            warnings: warnings.collect(),
        })
    }

    /// Adds the line of `entry` to an error.
    pub(crate) fn line_error(&self, entry: &TargetEntry, cause: Error) -> Error {
        let message = format!("line {} of {}", entry.line, self.source_name);
        Error::new(ErrorKind::Targets, message).with_source(cause)
    }

    /// The names of the targets that have one.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries
            .iter()
            .filter_map(|entry| entry.name.as_deref())
    }

    /// Returns a message for each comment that looks like a misspelled directive: `# weigth: 3`.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The number of targets; never 0.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

impl FromStr for TargetList {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text, "the text of targets", Path::new(""))
    }
}

impl fmt::Debug for TargetList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // URLs and headers may contain secrets.
        f.debug_struct("TargetList")
            .field("source_name", &self.source_name)
            .field("count", &self.entries.len())
            .finish()
    }
}

impl FromStr for TargetOrder {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "turn" => Ok(Self::RoundRobin),
            "random" => Ok(Self::Random),
            "slot" => Ok(Self::PerSlot),
            _ => {
                let message = format!(
                    "unknown target order {text:?}; expected turn, random or slot",
                    text = shortened(text)
                );
                Err(Error::new(ErrorKind::Targets, message))
            }
        }
    }
}

/// An error in one line of a targets file.
#[derive(Debug)]
struct TargetLineError {
    line: usize,
    message: String,
}

impl TargetLineError {
    fn new(line: usize, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { line, message }
    }

    /// Names the first byte that is not UTF-8, and its line.
    fn not_utf8(bytes: &[u8], error: &str::Utf8Error) -> Self {
        let (before, rest) = bytes.split_at(error.valid_up_to());
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let found = rest.first().copied().unwrap_or_default();
        let message =
            format!("expected UTF-8, found byte 0x{found:02X} (try %{found:02X} in a URL)");
        Self::new(line, message)
    }

    fn in_source(self, source_name: &str) -> Error {
        let Self { line, message } = self;
        Error::new(
            ErrorKind::Targets,
            format!("line {line} of {source_name}: {message}"),
        )
    }
}

fn parse_weight(text: &str) -> Result<u32, String> {
    let number = text
        .parse()
        .ok()
        .filter(|weight| (1..=MAX_WEIGHT).contains(weight));
    number.ok_or_else(|| {
        format!(
            "invalid weight {text:?}; expected a whole number from 1 to {MAX_WEIGHT}",
            text = shortened(text)
        )
    })
}

fn parse_once(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| {
        format!(
            "invalid value {text:?} of once; expected true or false",
            text = shortened(text)
        )
    })
}

#[cfg(test)]
mod tests;
