//! The files of reports, checked before a run and written after it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
    ///
    /// The run file is first: all others can be made from it. An output that panics is an error, and the
    /// others are written.
    pub(crate) fn write(
        mut self,
        render: impl Fn(&OutputSpec, bool) -> io::Result<Vec<u8>>,
    ) -> WrittenReports {
        let mut written = WrittenReports::default();
        self.0
            .sort_by_key(|(output, _)| output.kind != OutputKind::Run);
        for (output, sink) in self.0 {
            let is_stdout = matches!(sink, ReportSink::Stdout);
            let rendered = caught(|| render(&output, is_stdout && stdout_has_color()));
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

/// Returns what `render` returns, or an error if it panics.
pub(super) fn caught(render: impl FnOnce() -> io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
    let rendered = catch_unwind(AssertUnwindSafe(render));
    rendered.unwrap_or_else(|_| Err(io::Error::other("making it panicked (see stderr)")))
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::fs;

    use super::*;

    /// A panic in one renderer lost the outputs after it, the run file among them.
    #[test]
    fn an_output_that_panics_loses_no_other() {
        let folder = tempfile::tempdir().expect("created");
        let kinds = [OutputKind::Html, OutputKind::Json, OutputKind::Run];
        let outputs = kinds.map(|kind| OutputSpec {
            kind,
            path: Some(folder.path().join(format!("{kind:?}"))),
            plan_location: None,
        });
        let files = ReportFiles::check(outputs.into(), OutputPlaces::default()).expect("places");
        let order = RefCell::new(vec![]);
        let written = files.write(|output, _| {
            order.borrow_mut().push(output.kind);
            assert_ne!(output.kind, OutputKind::Html, "as the test expects");
            Ok(b"content".to_vec())
        });
        let expected = [OutputKind::Run, OutputKind::Html, OutputKind::Json];
        assert_eq!(order.into_inner(), expected, "the run file is first");
        assert!(written.lost);
        let [error] = &written.errors[..] else {
            panic!("expected one error, found {:?}", written.errors);
        };
        assert!(error.contains("panicked (see stderr)"), "{error}");
        for kind in ["Run", "Json"] {
            let content = fs::read(folder.path().join(kind)).expect("written");
            assert_eq!(content, b"content");
        }
        assert!(!folder.path().join("Html").exists());
    }
}
