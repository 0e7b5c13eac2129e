use std::ops::Range;
use std::path::{Path, PathBuf};

use super::Build;
use super::arrival::Arrival;
use super::stamps::Stamps;
use crate::input::{Document, LONGEST_ENTRY, LONGEST_LINE, Opened};
use crate::log::{Asked, Detection, Entry, Format, Parser, Skip};
use crate::{Error, ErrorKind};

/// What the first lines of a log tell.
pub(super) struct Probe {
    pub(super) path: PathBuf,
    pub(super) format: Format,
    pub(super) detected: bool,
    /// When its first hit arrived.
    pub(super) first_us: i64,
    /// What its first stamps are like.
    pub(super) stamps: Stamps,
    /// The log, if it can't be opened again, or needs not be.
    pub(super) opened: Option<Opened>,
}

impl Probe {
    /// Looks at the log at `path`.
    pub(super) fn of(path: &Path, build: &Build) -> Result<Self, Error> {
        let mut opened = Opened::open(path, &build.stop)?;
        let mut start = first(&mut opened, Detection::LINES, LONGEST_LINE)?;
        let document = is_har(&start);
        let mut entries = entries(&start, document);
        if document && entries.is_empty() {
            // A document has no lines, and its first entry may be as long as one may be.
            start = first(&mut opened, usize::MAX, LONGEST_ENTRY)?;
            entries = self::entries(&start, document);
        }
        let lines = || {
            let lines = start.split(|byte| *byte == b'\n');
            let lines = lines.filter(|_| !document).take(Detection::LINES);
            entries
                .iter()
                .map(|entry| &start[entry.clone()])
                .chain(lines)
        };
        let format = match &build.format {
            Some(format) => format.clone(),
            None => detected(path, &Detection::of(lines()))?,
        };
        if format.is_document() && document {
            opened.records.as_document();
        }
        let mut probe = Self {
            path: path.to_owned(),
            format,
            detected: build.format.is_none(),
            first_us: i64::MAX,
            stamps: Stamps::default(),
            opened: Some(opened),
        };
        probe.look_at(lines(), build);
        Ok(probe)
    }

    fn look_at<'l>(&mut self, lines: impl Iterator<Item = &'l [u8]>, build: &Build) {
        let mut parser = Parser::new(&self.format, build.zone.clone());
        for line in lines {
            let mut entry = Entry::default();
            if parser.read(line, &mut entry).is_err() || Asked::of(&entry).is_err() {
                continue;
            }
            let Some(arrival) = Arrival::of(&entry, build.base) else {
                continue;
            };
            self.first_us = self.first_us.min(arrival.micros());
            self.stamps.note(&arrival);
        }
    }
}

/// The format that fits, or an error with the table of those that do not.
fn detected(path: &Path, detection: &Detection) -> Result<Format, Error> {
    detection.best().ok_or_else(|| {
        let least = Detection::LEAST_PERCENT;
        let table = detection.to_string();
        let found = if table.is_empty() {
            "none that is known fits a single line".to_owned()
        } else {
            format!(
                "none fits {least} % of its first lines:\n{}",
                table.trim_end()
            )
        };
        let message = format!("tell the format of {}: {found}", path.display());
        Error::new(ErrorKind::Format, message)
    })
}

/// Whether it is a HAR: one object, with an object `log` in it.
fn is_har(start: &[u8]) -> bool {
    let text = start.trim_ascii_start();
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let mut rest = match text.strip_prefix(b"{") {
        Some(rest) => rest.trim_ascii_start(),
        None => return false,
    };
    for part in [b"\"log\"".as_slice(), b":", b"{"] {
        rest = match rest.strip_prefix(part) {
            Some(rest) => rest.trim_ascii_start(),
            None => return false,
        };
    }
    true
}

/// What a log begins with.
fn first(opened: &mut Opened, lines: usize, most_bytes: usize) -> Result<Vec<u8>, Error> {
    match opened.records.first(lines, most_bytes) {
        Ok(start) => Ok(start.to_vec()),
        Err(error) => Err(opened.broken(error)),
    }
}

/// Where the entries stand in what a HAR begins with.
fn entries(start: &[u8], document: bool) -> Vec<Range<usize>> {
    let mut reading = Document::default();
    let entries = std::iter::from_fn(|| reading.next(start));
    entries
        .take(if document { Detection::LINES } else { 0 })
        .collect()
}

/// Whether a reason is worth an example.
pub(super) fn is_telling(skip: Skip) -> bool {
    !matches!(skip, Skip::Empty | Skip::Directive)
}
