//! What a connection does each time that there may be something to do.

use std::pin::Pin;
use std::task::{Context, Poll};

use hammer_core::Failure;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::alive::Alive;
use crate::client::State;
use crate::delivery::Arrival;
use crate::dial::Stream;
use crate::driver::{Driver, End};
use crate::fault;
use crate::link::Link;

/// Reads in a row before other connections have their turn.
const READS: u32 = 8;

/// The turns of a connection, and what lies between them.
pub(crate) struct Turns<'a> {
    pub(crate) driver: &'a Driver,
    pub(crate) stream: &'a mut Stream,
    /// The beginning of a packet whose end has not come.
    pub(crate) partial: Vec<u8>,
    /// What arrived for other workers.
    pub(crate) abroad: Vec<Vec<Arrival>>,
    pub(crate) alive: Alive,
}

impl Turns<'_> {
    /// Reads all there is, and writes all that is to be written.
    pub(crate) fn turn(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let client = &self.driver.client;
        client.looks(cx);
        let mut state = client.state.borrow_mut();
        let State {
            link: Some(link),
            seq,
            ..
        } = &mut *state
        else {
            return Poll::Ready(End::Failed(fault::CONNECTION_LOST));
        };
        if let Err(failure) = self.alive.look(link, cx) {
            return Poll::Ready(End::Failed(failure));
        }
        let config = &*self.driver.config;
        let fenced = link.is_fenced();
        let mut reads = 0;
        loop {
            let read = Self::read(
                self.stream,
                self.driver,
                &mut self.partial,
                &mut self.abroad,
                link,
                cx,
            );
            let read = match read {
                Ok(read) => read,
                Err(failure) => return Poll::Ready(End::Failed(failure)),
            };
            link.pump(config, seq);
            // What the socket takes makes room for more.
            loop {
                match Self::write(self.stream, link, cx) {
                    Ok(true) => link.pump(config, seq),
                    Ok(false) => break,
                    Err(failure) => return Poll::Ready(End::Failed(failure)),
                }
            }
            reads += 1;
            if !read {
                break;
            }
            if reads == READS {
                cx.waker().wake_by_ref();
                break;
            }
        }
        self.driver.tell(link, fenced, &mut self.abroad);
        if self.driver.pool.is_closing() && link.unsent().is_empty() {
            return Poll::Ready(End::Closing);
        }
        Poll::Pending
    }

    /// Reads once; whether there was something.
    fn read(
        stream: &mut Stream,
        driver: &Driver,
        partial: &mut Vec<u8>,
        abroad: &mut Vec<Vec<Arrival>>,
        link: &mut Link,
        cx: &mut Context<'_>,
    ) -> Result<bool, Failure> {
        let mut scratch = driver.pool.scratch.borrow_mut();
        let mut buf = ReadBuf::new(&mut scratch);
        match Pin::new(stream).poll_read(cx, &mut buf) {
            Poll::Pending => return Ok(false),
            Poll::Ready(Err(error)) => return Err(fault::of_stream(error)),
            Poll::Ready(Ok(())) => {}
        }
        let bytes = buf.filled();
        if bytes.is_empty() {
            return Err(fault::CONNECTION_LOST);
        }
        if partial.is_empty() {
            let used = driver.feed(bytes, link, abroad)?;
            partial.extend_from_slice(&bytes[used..]);
        } else {
            partial.extend_from_slice(bytes);
            let used = driver.feed(partial, link, abroad)?;
            partial.drain(..used);
        }
        Ok(true)
    }

    /// Writes as much as the socket takes; whether that was something.
    fn write(stream: &mut Stream, link: &mut Link, cx: &mut Context<'_>) -> Result<bool, Failure> {
        let mut wrote = false;
        while !link.unsent().is_empty() {
            match Pin::new(&mut *stream).poll_write(cx, link.unsent()) {
                Poll::Pending => break,
                Poll::Ready(Ok(0)) => return Err(fault::CONNECTION_LOST),
                Poll::Ready(Ok(bytes)) => {
                    link.wrote(bytes);
                    wrote = true;
                }
                Poll::Ready(Err(error)) => return Err(fault::of_stream(error)),
            }
        }
        if let Poll::Ready(Err(error)) = Pin::new(stream).poll_flush(cx) {
            return Err(fault::of_stream(error));
        }
        Ok(wrote)
    }

    /// What came with the CONNACK.
    pub(crate) fn feed_rest(&mut self) -> Result<(), Failure> {
        let mut state = self.driver.client.state.borrow_mut();
        if let Some(link) = &mut state.link {
            let used = self.driver.feed(&self.partial, link, &mut self.abroad)?;
            self.partial.drain(..used);
        }
        Ok(())
    }
}
