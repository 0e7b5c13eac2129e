use hammer_core::Stop;
use jiff::Timestamp;

use crate::sort::Sink;
use crate::timeline::{Ending, Header, Output, Trailer, Writer};
use crate::{Error, ErrorKind};

/// The timeline that is being written. Its epoch is the arrival of the first row.
pub(super) struct Sheet<'b> {
    open: &'b dyn Fn() -> Result<Output, Error>,
    stop: &'b Stop,
    header: Header,
    writer: Option<Writer<Output>>,
    pub(super) epoch_us: i64,
    pub(super) last_us: i64,
}

impl<'b> Sheet<'b> {
    /// `open` opens the file when the first row comes.
    pub(super) fn new(
        open: &'b dyn Fn() -> Result<Output, Error>,
        stop: &'b Stop,
        header: Header,
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
    pub(super) fn is_begun(&self) -> bool {
        self.writer.is_some()
    }

    fn begin(&mut self, t_us: i64) -> Result<(), Error> {
        self.epoch_us = t_us;
        self.header.epoch = Timestamp::from_microsecond(t_us).map_err(|error| {
            Error::new(ErrorKind::Log, "write a timeline of that time").because(error)
        })?;
        self.writer = Some(Writer::to((self.open)()?, &self.header)?);
        Ok(())
    }

    /// Writes the trailer. A timeline without a row begins in 1970.
    pub(super) fn finish(mut self, ending: Ending) -> Result<(Trailer, Output), Error> {
        if self.writer.is_none() {
            self.begin(0)?;
        }
        let writer = self.writer.expect("it was begun");
        writer.finish(ending)
    }
}

impl Sink for Sheet<'_> {
    #[inline]
    fn row(&mut self, t_us: i64, row: &[u8]) -> Result<(), Error> {
        Error::if_given(self.stop)?;
        self.last_us = t_us;
        if self.writer.is_none() {
            self.begin(t_us)?;
        }
        let since = t_us.abs_diff(self.epoch_us);
        self.writer
            .as_mut()
            .map_or(Ok(()), |writer| writer.tail(since, row))
    }
}
