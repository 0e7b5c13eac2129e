use hammer_core::StopHandle;
use jiff::Timestamp;

use crate::sort::RowSink;
use crate::timeline::{
    AtomicOutput, TimelineHeader, TimelineTrailer, TimelineWriter, TrailerDetails,
};
use crate::{Error, ErrorKind};

/// The timeline that is being written. Its epoch is the arrival of the first row.
pub(super) struct LazyTimelineWriter<'b> {
    open: &'b dyn Fn() -> Result<AtomicOutput, Error>,
    stop: &'b StopHandle,
    header: TimelineHeader,
    writer: Option<TimelineWriter<AtomicOutput>>,
    pub(super) epoch_us: i64,
    pub(super) last_us: i64,
}

impl<'b> LazyTimelineWriter<'b> {
    /// `open` opens the file when the first row comes.
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

    /// Whether there is a row.
    pub(super) fn is_started(&self) -> bool {
        self.writer.is_some()
    }

    fn start(&mut self, t_us: i64) -> Result<(), Error> {
        self.epoch_us = t_us;
        self.header.epoch = Timestamp::from_microsecond(t_us).map_err(|error| {
            Error::new(ErrorKind::Log, "write a timeline of that time").with_source(error)
        })?;
        self.writer = Some(TimelineWriter::new((self.open)()?, &self.header)?);
        Ok(())
    }

    /// Writes the trailer. A timeline without a row begins in 1970.
    pub(super) fn finish(
        mut self,
        ending: TrailerDetails,
    ) -> Result<(TimelineTrailer, AtomicOutput), Error> {
        if self.writer.is_none() {
            self.start(0)?;
        }
        let writer = self.writer.expect("it was begun");
        writer.finish(ending)
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
        let since = t_us.abs_diff(self.epoch_us);
        self.writer
            .as_mut()
            .map_or(Ok(()), |writer| writer.write_tail(since, row))
    }
}
