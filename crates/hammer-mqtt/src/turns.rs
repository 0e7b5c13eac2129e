//! What a connection does each time that there may be something to do.

use std::pin::Pin;
use std::task::{Context, Poll};

use hammer_core::Failure;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::alive::Alive;
use crate::client::State;
use crate::delivery::Arrival;
use crate::delivery::Numbers;
use crate::dial::Stream;
use crate::driver::{Driver, End};
use crate::fault;
use crate::link::Link;

/// Reads in a row before other connections have their turn.
const READS: u32 = 8;
/// Room for the beginning of a packet that a connection keeps when a larger one is over.
const MOST_KEPT: usize = 16 * 1024;

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
    /// Reads all there is, and writes all that is to be written. However that ends, others hear what
    /// it has brought.
    pub(crate) fn turn(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let client = &self.driver.client;
        client.looks(cx);
        let mut state = client.state.borrow_mut();
        let State {
            link: Some(link),
            numbers,
            ..
        } = &mut *state
        else {
            return Poll::Ready(End::Failed(fault::CONNECTION_LOST));
        };
        let fenced = link.is_fenced();
        let exchanged = self.exchange(link, numbers, cx);
        self.driver.tell(link, fenced, &mut self.abroad);
        match exchanged {
            Err(failure) => Poll::Ready(End::Failed(failure)),
            Ok(()) if self.driver.pool.is_closing() && link.unsent().is_empty() => {
                Poll::Ready(End::Closing)
            }
            Ok(()) => Poll::Pending,
        }
    }

    fn exchange(
        &mut self,
        link: &mut Link,
        numbers: &mut Numbers,
        cx: &mut Context<'_>,
    ) -> Result<(), Failure> {
        self.alive.look(link, cx)?;
        let config = &*self.driver.config;
        for _ in 0..READS {
            let read = self.read(link, cx)?;
            link.pump(config, numbers);
            // What the socket takes makes room for more.
            while Self::write(self.stream, link, cx)? {
                link.pump(config, numbers);
            }
            if !read {
                return Ok(());
            }
        }
        cx.waker().wake_by_ref();
        Ok(())
    }

    /// Reads once; whether there was something.
    fn read(&mut self, link: &mut Link, cx: &mut Context<'_>) -> Result<bool, Failure> {
        let Self {
            driver,
            partial,
            abroad,
            ..
        } = self;
        let mut scratch = driver.pool.scratch.borrow_mut();
        let mut buf = ReadBuf::new(&mut scratch);
        match Pin::new(&mut *self.stream).poll_read(cx, &mut buf) {
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
            consume(partial, used);
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
        let Some(link) = &mut state.link else {
            return Ok(());
        };
        let fenced = link.is_fenced();
        let fed = self.driver.feed(&self.partial, link, &mut self.abroad);
        self.driver.tell(link, fenced, &mut self.abroad);
        consume(&mut self.partial, fed?);
        Ok(())
    }
}

/// So many bytes are done with, and so is the room that they took beyond what is usual.
fn consume(partial: &mut Vec<u8>, used: usize) {
    partial.drain(..used);
    partial.shrink_to(MOST_KEPT);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_large_packet_took_is_given_back() {
        let mut partial = vec![0; 1_000_000];
        partial.push(1);
        consume(&mut partial, 1_000_000);
        assert_eq!(partial, [1]);
        assert!(partial.capacity() <= 2 * MOST_KEPT);
    }
}
