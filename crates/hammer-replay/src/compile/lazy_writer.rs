//! Timeline writer that starts with the first row.

use hammer_core::StopHandle;
use jiff::Timestamp;

use crate::sort::RowSink;
use crate::timeline::{
    AtomicOutput, TimelineHeader, TimelineTrailer, TimelineTrailerInput, TimelineWriter,
};
use crate::{Error, ErrorKind};

/// Writes a timeline whose epoch is the arrival of its first row.
pub(super) struct LazyTimelineWriter<'b> {
    open: &'b dyn Fn() -> Result<AtomicOutput, Error>,
    stop: &'b StopHandle,
    header: TimelineHeader,
    writer: Option<TimelineWriter<AtomicOutput>>,
    pub(super) epoch_us: i64,
    pub(super) last_us: i64,
}

impl<'b> LazyTimelineWriter<'b> {
    /// Makes a writer. `open` is called when the first row comes.
    pub(super) fn new(
        open: &'b dyn Fn() -> Result<AtomicOutput, Error>,
        stop: &'b StopHandle,
        header: TimelineHeader,
    ) -> Self {
        Self {
            open,
            stop,
            header,
            writer: None,
            epoch_us: 0,
            last_us: 0,
        }
    }

    /// Returns true if a row was written.
    pub(super) fn is_started(&self) -> bool {
        self.writer.is_some()
    }

    fn start(&mut self, t_us: i64) -> Result<(), Error> {
        self.epoch_us = t_us;
        self.header.epoch = Timestamp::from_microsecond(t_us).map_err(|error| {
            let message = format!(
                "write a timeline: expected timestamps between the years -9999 and 9999, found \
                 {t_us} µs since 1970"
            );
            Error::new(ErrorKind::Log, message).with_source(error)
        })?;
        self.writer = Some(TimelineWriter::new((self.open)()?, &self.header)?);
        Ok(())
    }

    /// Writes the trailer. The epoch of a timeline without rows is 1970.
    pub(super) fn finish(
        mut self,
        details: TimelineTrailerInput,
    ) -> Result<(TimelineTrailer, AtomicOutput), Error> {
        if self.writer.is_none() {
            self.start(0)?;
        }
        let writer = self.writer.expect("the writer was started");
        writer.finish(details)
    }
}

impl RowSink for LazyTimelineWriter<'_> {
    #[inline]
    fn write_row(&mut self, t_us: i64, row: &[u8]) -> Result<(), Error> {
        Error::check_stop(self.stop)?;
        self.last_us = t_us;
        if self.writer.is_none() {
            self.start(t_us)?;
        }
        let offset_us = t_us.abs_diff(self.epoch_us);
        self.writer
            .as_mut()
            .map_or(Ok(()), |writer| writer.write_tail(offset_us, row))
    }
}
