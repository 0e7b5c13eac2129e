//! The run file: everything that was measured in a run.

mod detail;
mod error;
mod histograms;
mod json;
mod restore;
mod run_id;

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::detail::RunFileDetail;
pub use self::error::{RunFileError, RunFileErrorKind};
use crate::host::host_description::HostDescription;
use crate::report::plan_report::PlanReport;

/// The value of [`RunFile::schema`].
pub const RUN_FILE_SCHEMA: &str = "hammer.run/1";

/// Everything that was measured in a run: the report with all histograms, and the circumstances that
/// a comparison must know.
///
/// All outputs of a run are made of it. Written with [`to_json`](Self::to_json) and read with
/// [`from_json`](Self::from_json), it gives the same outputs, byte for byte. `docs/RUN-FILES.md`
/// describes the JSON.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RunFile {
    /// The name and version of the format: [`RUN_FILE_SCHEMA`].
    pub schema: String,
    /// 32 random hexadecimal digits that identify the run.
    pub id: String,
    /// The version of hammer.
    pub version: String,
    /// The start of the plan in UTC, as in RFC 3339, with milliseconds; empty if unknown.
    pub started_at: String,
    /// The command line, with secrets masked; empty if unknown.
    pub command: Vec<String>,
    /// The machine.
    pub host: HostDescription,
    /// True if an invalid verdict was declared an error.
    pub requires_valid: bool,
    /// The processes that the run was spread over; empty if it was one.
    pub shards: Vec<ShardDescription>,
    /// The report. Its measurements are present.
    pub report: PlanReport,
}

/// One of several processes that a run was spread over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShardDescription {
    /// The name of the shard.
    pub name: String,
    /// The machine.
    pub host: HostDescription,
}

impl RunFile {
    /// Sets the start, for a run without a report of its own.
    #[must_use]
    pub fn with_start(mut self, at: SystemTime) -> Self {
        self.started_at = utc(at);
        self
    }

    /// Makes the run file of a report that was made in this process, on this machine.
    #[must_use]
    pub fn new(report: PlanReport) -> Self {
        let starts = report.loads.iter().filter_map(|load| {
            let offset = Duration::try_from_secs_f64(load.offset_s).ok()?;
            load.report.started_at?.checked_sub(offset)
        });
        let started_at = starts.min().map(utc).unwrap_or_default();
        Self {
            schema: RUN_FILE_SCHEMA.to_owned(),
            id: run_id::random(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at,
            command: vec![],
            host: HostDescription::read(),
            requires_valid: false,
            shards: vec![],
            report,
        }
    }

    /// Writes the run file as JSON, without a line end.
    ///
    /// # Errors
    ///
    /// If a histogram counts more than 2⁶³ durations.
    pub fn to_json(&self) -> Result<Vec<u8>, RunFileError> {
        self.to_json_in_detail(RunFileDetail::default())
    }

    /// Writes the run file as JSON, without a line end, with histograms in this detail.
    ///
    /// # Errors
    ///
    /// If a histogram counts more than 2⁶³ durations.
    pub fn to_json_in_detail(&self, detail: RunFileDetail) -> Result<Vec<u8>, RunFileError> {
        json::write(self, detail)
    }

    /// Reads the JSON of a run file.
    ///
    /// # Errors
    ///
    /// If it is not a run file of this version, or contradicts itself.
    pub fn from_json(bytes: &[u8]) -> Result<Self, RunFileError> {
        json::read(bytes)
    }
}

/// A time in UTC, as in RFC 3339, with milliseconds.
fn utc(time: SystemTime) -> String {
    let time = Timestamp::try_from(time).ok();
    time.map(|time| format!("{time:.3}")).unwrap_or_default()
}
