//! The files of reports, checked before a run and written after it.

use std::io;

use hammer_files::{FileMode, LateFile};

use super::output_places::{OutputPlaces, place_error};
use super::stdout::write_stdout;
use super::terminal::stdout_has_color;
use crate::args::{OutputKind, OutputSpec};
use crate::error::Error;

/// Level of zstd for reports: a file of 1 MB takes some milliseconds.
const ZSTD_LEVEL: i32 = 6;

/// The outputs that are written as a whole, each with a place that can be written.
#[derive(Debug)]
pub(crate) struct ReportFiles(Vec<(OutputSpec, ReportSink)>);

#[derive(Debug)]
enum ReportSink {
    Stdout,
    File(LateFile),
}

/// The result of writing all reports.
#[derive(Debug, Default)]
pub(crate) struct WrittenReports {
    /// The errors, for people.
    pub(crate) errors: Vec<String>,
    /// True if a report was not written.
    pub(super) lost: bool,
    /// True if a report is on stdout.
    pub(super) on_stdout: bool,
    /// True if stdout cannot be written.
    pub(super) stdout_broken: bool,
}

impl ReportFiles {
    /// Checks that all outputs have places of their own, and can be written.
    pub(crate) fn check(outputs: Vec<OutputSpec>, mut taken: OutputPlaces) -> Result<Self, Error> {
        for output in &outputs {
            taken.add(output)?;
        }
        Self::open(outputs)
    }

    /// Checks that outputs can be written, whose places are known to differ.
    pub(super) fn open(outputs: Vec<OutputSpec>) -> Result<Self, Error> {
        let sink = |output: OutputSpec| {
            let sink = match &output.path {
                None => ReportSink::Stdout,
                Some(path) => LateFile::check(path, file_mode(output.kind))
                    .map(ReportSink::File)
                    .map_err(|error| place_error(&output, &error))?,
            };
            Ok((output, sink))
        };
        outputs
            .into_iter()
            .map(sink)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Leaves out all outputs but those of these kinds.
    #[cfg(feature = "compare")]
    pub(crate) fn only(mut self, kinds: &[OutputKind]) -> Self {
        self.0.retain(|(output, _)| kinds.contains(&output.kind));
        self
    }

    /// Writes what `render` returns for each output, given whether it may have colors. An output whose
    /// file ends with `.zst` is compressed.
    pub(crate) fn write(
        self,
        render: impl Fn(&OutputSpec, bool) -> io::Result<Vec<u8>>,
    ) -> WrittenReports {
        let mut written = WrittenReports::default();
        for (output, sink) in self.0 {
            let is_stdout = matches!(sink, ReportSink::Stdout);
            let rendered = render(&output, is_stdout && stdout_has_color());
            let result = rendered.and_then(|bytes| match sink {
                ReportSink::Stdout => write_stdout(&bytes),
                ReportSink::File(file) if output.is_compressed() => {
                    file.write(&zstd::bulk::compress(&bytes, ZSTD_LEVEL)?)
                }
                ReportSink::File(file) => file.write(&bytes),
            });
            match result {
                Ok(()) => written.on_stdout |= is_stdout,
                Err(error) => {
                    written.errors.push(write_error(&output, &error));
                    written.lost = true;
                    written.stdout_broken |= is_stdout;
                }
            }
        }
        written
    }
}

/// The permissions of a new file.
fn file_mode(kind: OutputKind) -> FileMode {
    match kind {
        // Build servers, which often are another user, read it.
        OutputKind::Junit => FileMode::Shared,
        // The URLs of targets and groups may have secrets in their paths.
        _ => FileMode::Private,
    }
}

/// The message for an output that cannot be written.
pub(super) fn write_error(output: &OutputSpec, error: &io::Error) -> String {
    format!("failed to write --output {output}: {error}")
}
