//! A log of a timeline build.

use hammer_core::StopHandle;

use super::TimelineBuilder;
use super::probe::LogProbe;
use super::timestamp_stats::TimestampStats;
use crate::Error;
use crate::input::LogInput;
use crate::log::{ContainerUnwrapper, LogParser};
use crate::timeline::{ArrivalTimeDerivation, TimelineSourceLog};

/// A log and the state of reading it.
pub(super) struct LogReadState {
    pub(super) probe: LogProbe,
    pub(super) parser: LogParser,
    pub(super) unwrapper: ContainerUnwrapper,
    /// The latest arrival so far. The log with the earliest one is read next.
    pub(super) latest_us: i64,
    pub(super) shift_us: i64,
    pub(super) rows: u64,
    /// Statistics of the timestamps of its rows.
    pub(super) timestamp_stats: TimestampStats,
    pub(super) lines: u64,
    pub(super) hash: Option<String>,
    stop: StopHandle,
}

impl LogReadState {
    pub(super) fn new(mut probe: LogProbe, builder: &TimelineBuilder, keep_open: bool) -> Self {
        let input = probe.input.take_if(|input| input.is_file && !keep_open);
        drop(input);
        let shift_us = builder.shift_us(&probe.path);
        Self {
            parser: LogParser::new(&probe.format, builder.zone.clone()),
            unwrapper: ContainerUnwrapper::with_prefix(probe.prefix),
            latest_us: probe.first_us.saturating_add(shift_us),
            shift_us,
            probe,
            rows: 0,
            timestamp_stats: TimestampStats::default(),
            lines: 0,
            hash: None,
            stop: builder.stop.clone(),
        }
    }

    /// Opens the log, unless it is open.
    pub(super) fn open(&mut self) -> Result<&mut LogInput, Error> {
        let input = match self.probe.input.take() {
            Some(input) => input,
            None => {
                let mut input = LogInput::open(&self.probe.path, &self.stop)?;
                if self.probe.format.is_document() {
                    input.records.read_as_har();
                }
                input
            }
        };
        Ok(self.probe.input.insert(input))
    }

    /// Closes the log at its end.
    pub(super) fn close(&mut self) {
        if let Some(input) = self.probe.input.take() {
            self.lines = input.records.number();
            self.hash = Some(input.hash());
        }
    }

    /// Returns the file name.
    pub(super) fn name(&self) -> String {
        let path = &self.probe.path;
        let name = path.file_name().unwrap_or(path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    pub(super) fn time_base(&self) -> ArrivalTimeDerivation {
        self.timestamp_stats
            .time_base
            .or(self.probe.timestamp_stats.time_base)
            .unwrap_or(ArrivalTimeDerivation::Start)
    }

    /// Returns the entry in the header.
    pub(super) fn header_entry(&self) -> TimelineSourceLog {
        TimelineSourceLog {
            name: self.name(),
            format: self.probe.format.name().to_owned(),
            time_base: self.probe.timestamp_stats.time_base,
            shift_us: Some(self.shift_us).filter(|shift| *shift != 0),
            xxh64: None,
        }
    }
}
