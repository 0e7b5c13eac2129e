//! Many targets from a file, in the two formats of vegeta.

mod http_text;
mod json_lines;
mod weighted_order;

use std::path::Path;
use std::str::FromStr;
use std::{fmt, fs, io};

use bytes::Bytes;

pub(crate) use self::weighted_order::WeightedOrder;
use crate::{Error, ErrorKind, RequestHeader};

/// How often one target may be hit for each time that another is.
const MAX_WEIGHT: u32 = 1_000_000;

/// Targets to hit, each with its own method, URL, headers and body.
///
/// The text is in one of the formats of vegeta: as HTTP writes requests, or a JSON object in each
/// line. Ours alone are the weight of a target, its name in the report, and
/// whether each slot hits it once, first.
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
    /// What the text is called in messages.
    pub(crate) source_name: String,
}

/// In which order targets are hit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TargetOrder {
    /// As they stand in the file, each as often as its weight, over and over.
    #[default]
    RoundRobin,
    /// Drawn for each hit by the seed of the run, as likely as its weight.
    Random,
    /// As they stand in the file, by each slot on its own: what a user does, step by step.
    PerSlot,
}

/// One target as it stands in a file.
#[derive(Clone)]
pub(crate) struct TargetEntry {
    /// Its line, from 1.
    pub(crate) line: usize,
    pub(crate) method: String,
    /// A URL, or a path if the targets have a base.
    pub(crate) url: String,
    pub(crate) headers: Vec<RequestHeader>,
    pub(crate) body: Bytes,
    pub(crate) weight: u32,
    /// Whether each slot hits it once, before any other.
    pub(crate) once: bool,
    pub(crate) name: Option<String>,
}

impl TargetList {
    /// Reads a file. The files of bodies that it names are beside it, or else in the current
    /// folder, as they are for vegeta.
    ///
    /// # Errors
    ///
    /// If the file or one that it names can't be read, or a line is malformed; the error names it.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|cause| {
            let message = format!("the file of targets {} can't be read", path.display());
            Error::new(ErrorKind::Targets, message).with_source(cause)
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, &path.display().to_string(), folder)
    }

    fn parse(text: &str, called: &str, folder: &Path) -> Result<Self, Error> {
        let telling = text.lines().map(str::trim);
        let first = telling
            .clone()
            .find(|line| !line.is_empty() && !line.starts_with('#'));
        let read = |path: &str| read_body(path, folder);
        let entries = match first {
            Some(line) if line.starts_with('{') => json_lines::parse(text),
            Some(_) => http_text::parse(text, &read),
            None => {
                let right = "a target is \"GET http://127.0.0.1/\" or a JSON object in one line";
                let message = format!("{called} has no targets: {right}");
                return Err(Error::new(ErrorKind::Targets, message));
            }
        };
        Ok(Self {
            entries: entries.map_err(|wrong| wrong.in_source(called))?,
            source_name: called.to_owned(),
        })
    }

    /// An error of one of them.
    pub(crate) fn line_error(&self, entry: &TargetEntry, cause: Error) -> Error {
        let message = format!("line {} of {}", entry.line, self.source_name);
        Error::new(ErrorKind::Targets, message).with_source(cause)
    }

    /// How many there are; never 0.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it never is")]
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
        // Their URLs and headers may have secrets.
        f.debug_struct("TargetList")
            .field("from", &self.source_name)
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
                let message =
                    format!("unknown order {text:?} of targets: known are turn, random and slot");
                Err(Error::new(ErrorKind::Targets, message))
            }
        }
    }
}

/// What is wrong with a line.
#[derive(Debug)]
struct TargetLineError {
    line: usize,
    message: String,
}

impl TargetLineError {
    fn new(line: usize, what: impl Into<String>) -> Self {
        let message = what.into();
        Self { line, message }
    }

    fn in_source(self, called: &str) -> Error {
        let Self {
            line,
            message: what,
        } = self;
        Error::new(
            ErrorKind::Targets,
            format!("line {line} of {called}: {what}"),
        )
    }
}

fn parse_weight(text: &str) -> Result<u32, String> {
    let number = text
        .parse()
        .ok()
        .filter(|weight| (1..=MAX_WEIGHT).contains(weight));
    number.ok_or_else(|| format!("the weight {text:?} is no whole number from 1 to {MAX_WEIGHT}"))
}

fn parse_once(text: &str) -> Result<bool, String> {
    text.parse()
        .map_err(|_| format!("once is {text:?}: right would be true or false"))
}

/// The file of a body: beside the targets, or else in the current folder.
fn read_body(path: &str, folder: &Path) -> Result<Bytes, String> {
    let tried = match fs::read(folder.join(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::read(path),
        tried => tried,
    };
    let read = tried.map(Bytes::from);
    read.map_err(|error| format!("the file {path:?} of a body can't be read: {error}"))
}

#[cfg(test)]
mod tests;
