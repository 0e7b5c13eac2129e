use hammer_core::Stop;

use super::Build;
use super::probe::Probe;
use super::stamps::Stamps;
use crate::Error;
use crate::input::Opened;
use crate::log::Parser;
use crate::timeline::{Source as Named, TimeBase};

/// A log in its turn.
pub(super) struct Source {
    pub(super) probe: Probe,
    pub(super) parser: Parser,
    /// The latest stamp so far; the log whose is the earliest is read on.
    pub(super) newest_us: i64,
    pub(super) shift_us: i64,
    pub(super) rows: u64,
    /// What the stamps of its rows were like.
    pub(super) stamps: Stamps,
    pub(super) lines: u64,
    pub(super) hash: Option<String>,
    stop: Stop,
}

impl Source {
    pub(super) fn new(mut probe: Probe, build: &Build, keep_open: bool) -> Self {
        let opened = probe.opened.take_if(|opened| opened.is_file && !keep_open);
        drop(opened);
        let shift_us = build.shift_us(&probe.path);
        Self {
            parser: Parser::new(&probe.format, build.zone.clone()),
            newest_us: probe.first_us.saturating_add(shift_us),
            shift_us,
            probe,
            rows: 0,
            stamps: Stamps::default(),
            lines: 0,
            hash: None,
            stop: build.stop.clone(),
        }
    }

    /// The log, open.
    pub(super) fn open(&mut self) -> Result<&mut Opened, Error> {
        let opened = match self.probe.opened.take() {
            Some(opened) => opened,
            None => {
                let mut opened = Opened::open(&self.probe.path, &self.stop)?;
                if self.probe.format.is_document() {
                    opened.records.as_document();
                }
                opened
            }
        };
        Ok(self.probe.opened.insert(opened))
    }

    /// Closes it at its end.
    pub(super) fn close(&mut self) {
        if let Some(opened) = self.probe.opened.take() {
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
            .base
            .or(self.probe.stamps.base)
            .unwrap_or(TimeBase::Start)
    }

    /// What the header says of it.
    pub(super) fn named(&self) -> Named {
        Named {
            name: self.name(),
            format: self.probe.format.name().to_owned(),
            time_base: self.probe.stamps.base,
            shift_us: Some(self.shift_us).filter(|shift| *shift != 0),
            xxh64: None,
        }
    }
}
