use std::path::{Path, PathBuf};

use super::Build;
use super::arrival::Arrival;
use crate::input::{Opened, Record, Records};
use crate::log::{Asked, Detection, Entry, Format, Parser, Skip};
use crate::timeline::TimeBase;
use crate::{Error, ErrorKind};

/// What the first lines of a log tell.
pub(super) struct Probe {
    pub(super) path: PathBuf,
    pub(super) format: Format,
    pub(super) detected: bool,
    /// When its first hit arrived.
    pub(super) first_us: i64,
    pub(super) time_base: Option<TimeBase>,
    /// What its stamps count, in microseconds.
    pub(super) resolution_us: u64,
    /// The log, if it can't be opened again, or needs not be.
    pub(super) opened: Option<Opened>,
}

impl Probe {
    /// Looks at the log at `path`.
    pub(super) fn of(path: &Path, build: &Build) -> Result<Self, Error> {
        let mut opened = Opened::open(path, &build.stop)?;
        let start = match opened.records.first(Detection::LINES) {
            Ok(start) => start.to_vec(),
            Err(error) => return Err(opened.broken(error)),
        };
        let document = is_har(&start);
        let entries = if document {
            entries(&start)
        } else {
            Vec::new()
        };
        let lines = || {
            let lines = start.split(|byte| *byte == b'\n');
            let lines = lines.filter(|_| !document).take(Detection::LINES);
            entries.iter().map(Vec::as_slice).chain(lines)
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
            time_base: None,
            resolution_us: 1,
            opened: Some(opened),
        };
        probe.look_at(lines(), build);
        Ok(probe)
    }

    fn look_at<'l>(&mut self, lines: impl Iterator<Item = &'l [u8]>, build: &Build) {
        let mut parser = Parser::new(&self.format, build.zone.clone());
        let mut finest = 1_000_000_u64;
        for line in lines {
            let mut entry = Entry::default();
            if parser.read(line, &mut entry).is_err() || Asked::of(&entry).is_err() {
                continue;
            }
            let Some(arrival) = Arrival::of(&entry, build.base) else {
                continue;
            };
            self.first_us = self.first_us.min(arrival.micros());
            let found = arrival.found;
            self.time_base = match self.time_base {
                None => Some(found),
                Some(same) if same == found => Some(found),
                Some(_) => Some(TimeBase::Mixed),
            };
            if !arrival.stamp.whole {
                let fine = arrival.stamp.micros.unsigned_abs() % 1_000;
                finest = finest.min(if fine == 0 { 1_000 } else { 1 });
            }
        }
        self.resolution_us = finest;
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

/// The entries of what a HAR begins with.
fn entries(start: &[u8]) -> Vec<Vec<u8>> {
    let mut records = Records::new(Box::new(std::io::Cursor::new(start.to_vec())));
    records.as_document();
    let mut entries = Vec::new();
    while let Ok(Some(record)) = records.next() {
        if let Record::Whole(entry) = record {
            entries.push(entry.to_vec());
        }
    }
    entries
}

/// Whether a reason is worth an example.
pub(super) fn is_telling(skip: Skip) -> bool {
    !matches!(skip, Skip::Empty | Skip::Directive)
}
