use hammer_core::StopHandle;

use super::TimelineBuilder;
use super::probe::LogProbe;
use super::timestamp_stats::TimestampStats;
use crate::Error;
use crate::input::LogInput;
use crate::log::LogParser;
use crate::timeline::{TimeBase, TimelineSource as Named};

/// A log in its turn.
pub(super) struct LogSource {
    pub(super) probe: LogProbe,
    pub(super) parser: LogParser,
    /// The latest stamp so far; the log whose is the earliest is read on.
    pub(super) latest_us: i64,
    pub(super) shift_us: i64,
    pub(super) rows: u64,
    /// What the stamps of its rows were like.
    pub(super) stamps: TimestampStats,
    pub(super) lines: u64,
    pub(super) hash: Option<String>,
    stop: StopHandle,
}

impl LogSource {
    pub(super) fn new(mut probe: LogProbe, build: &TimelineBuilder, keep_open: bool) -> Self {
        let opened = probe.input.take_if(|opened| opened.is_file && !keep_open);
        drop(opened);
        let shift_us = build.shift_us(&probe.path);
        Self {
            parser: LogParser::new(&probe.format, build.zone.clone()),
            latest_us: probe.first_us.saturating_add(shift_us),
            shift_us,
            probe,
            rows: 0,
            stamps: TimestampStats::default(),
            lines: 0,
            hash: None,
            stop: build.stop.clone(),
        }
    }

    /// The log, open.
    pub(super) fn open(&mut self) -> Result<&mut LogInput, Error> {
        let opened = match self.probe.input.take() {
            Some(opened) => opened,
            None => {
                let mut opened = LogInput::open(&self.probe.path, &self.stop)?;
                if self.probe.format.is_document() {
                    opened.records.read_as_har();
                }
                opened
            }
        };
        Ok(self.probe.input.insert(opened))
    }

    /// Closes it at its end.
    pub(super) fn close(&mut self) {
        if let Some(opened) = self.probe.input.take() {
            self.lines = opened.records.number();
            self.hash = Some(opened.hash());
        }
    }

    /// Its name, without the path.
    pub(super) fn name(&self) -> String {
        let path = &self.probe.path;
        let name = path.file_name().unwrap_or(path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    pub(super) fn time_base(&self) -> TimeBase {
        self.stamps
            .time_base
            .or(self.probe.stamps.time_base)
            .unwrap_or(TimeBase::Start)
    }

    /// What the header says of it.
    pub(super) fn header_entry(&self) -> Named {
        Named {
            name: self.name(),
            format: self.probe.format.name().to_owned(),
            time_base: self.probe.stamps.time_base,
            shift_us: Some(self.shift_us).filter(|shift| *shift != 0),
            xxh64: None,
        }
    }
}
