//! What a connection does each time that there may be something to do.

use std::pin::Pin;
use std::task::{Context, Poll};

use hammer_core::Failure;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::broker_connection::BrokerConnection;
use crate::broker_connector::BrokerStream;
use crate::client::ClientState;
use crate::connection_driver::{BrokerConnectionDriver, ConnectionEnd};
use crate::delivery::DeliveryRecord;
use crate::delivery::MessageSequence;
use crate::failures;
use crate::keep_alive_monitor::KeepAliveMonitor;

/// Reads in a row before other connections have their turn.
const MAX_READS_PER_POLL: u32 = 8;
/// Room for the beginning of a packet that a connection keeps when a larger one is over.
const MAX_IDLE_BUFFER_BYTES: usize = 16 * 1024;

/// The turns of a connection, and what lies between them.
pub(crate) struct ConnectionLoop<'a> {
    pub(crate) driver: &'a BrokerConnectionDriver,
    pub(crate) stream: &'a mut BrokerStream,
    /// The beginning of a packet whose end has not come.
    pub(crate) partial_packet: Vec<u8>,
    /// What arrived for other workers.
    pub(crate) remote_deliveries: Vec<Vec<DeliveryRecord>>,
    pub(crate) keep_alive: KeepAliveMonitor,
}

impl ConnectionLoop<'_> {
    /// Reads all there is, and writes all that is to be written. However that ends, others hear what
    /// it has brought.
    pub(crate) fn poll_once(&mut self, cx: &mut Context<'_>) -> Poll<ConnectionEnd> {
        let client = &self.driver.client;
        client.begin_poll(cx);
        let mut state = client.state.borrow_mut();
        let ClientState {
            connection: Some(link),
            sequence: numbers,
            ..
        } = &mut *state
        else {
            return Poll::Ready(ConnectionEnd::Failed(failures::CONNECTION_LOST));
        };
        let fenced = link.has_pending_fence();
        let exchanged = self.read_and_write(link, numbers, cx);
        self.driver
            .report_poll(link, fenced, &mut self.remote_deliveries);
        match exchanged {
            Err(failure) => Poll::Ready(ConnectionEnd::Failed(failure)),
            Ok(()) if self.driver.clients.is_closing() && link.unwritten().is_empty() => {
                Poll::Ready(ConnectionEnd::RunOver)
            }
            Ok(()) => Poll::Pending,
        }
    }

    fn read_and_write(
        &mut self,
        link: &mut BrokerConnection,
        numbers: &mut MessageSequence,
        cx: &mut Context<'_>,
    ) -> Result<(), Failure> {
        self.keep_alive.check(link, cx)?;
        let config = &*self.driver.config;
        for _ in 0..MAX_READS_PER_POLL {
            let read = self.read(link, cx)?;
            link.send_queued(config, numbers);
            // What the socket takes makes room for more.
            while Self::write(self.stream, link, cx)? {
                link.send_queued(config, numbers);
            }
            if !read {
                return Ok(());
            }
        }
        cx.waker().wake_by_ref();
        Ok(())
    }

    /// Reads once; whether there was something.
    fn read(&mut self, link: &mut BrokerConnection, cx: &mut Context<'_>) -> Result<bool, Failure> {
        let Self {
            driver,
            partial_packet: partial,
            remote_deliveries: abroad,
            ..
        } = self;
        let mut scratch = driver.clients.scratch.borrow_mut();
        let mut buf = ReadBuf::new(&mut scratch);
        match Pin::new(&mut *self.stream).poll_read(cx, &mut buf) {
            Poll::Pending => return Ok(false),
            Poll::Ready(Err(error)) => return Err(failures::from_io_error(error)),
            Poll::Ready(Ok(())) => {}
        }
        let bytes = buf.filled();
        if bytes.is_empty() {
            return Err(failures::CONNECTION_LOST);
        }
        if partial.is_empty() {
            let used = driver.handle_packets(bytes, link, abroad)?;
            partial.extend_from_slice(&bytes[used..]);
        } else {
            partial.extend_from_slice(bytes);
            let used = driver.handle_packets(partial, link, abroad)?;
            consume(partial, used);
        }
        Ok(true)
    }

    /// Writes as much as the socket takes; whether that was something.
    fn write(
        stream: &mut BrokerStream,
        link: &mut BrokerConnection,
        cx: &mut Context<'_>,
    ) -> Result<bool, Failure> {
        let mut wrote = false;
        while !link.unwritten().is_empty() {
            match Pin::new(&mut *stream).poll_write(cx, link.unwritten()) {
                Poll::Pending => break,
                Poll::Ready(Ok(0)) => return Err(failures::CONNECTION_LOST),
                Poll::Ready(Ok(bytes)) => {
                    link.advance_written(bytes);
                    wrote = true;
                }
                Poll::Ready(Err(error)) => return Err(failures::from_io_error(error)),
            }
        }
        if let Poll::Ready(Err(error)) = Pin::new(stream).poll_flush(cx) {
            return Err(failures::from_io_error(error));
        }
        Ok(wrote)
    }

    /// What came with the CONNACK.
    pub(crate) fn handle_leftover(&mut self) -> Result<(), Failure> {
        let mut state = self.driver.client.state.borrow_mut();
        let Some(link) = &mut state.connection else {
            return Ok(());
        };
        let fenced = link.has_pending_fence();
        let fed =
            self.driver
                .handle_packets(&self.partial_packet, link, &mut self.remote_deliveries);
        self.driver
            .report_poll(link, fenced, &mut self.remote_deliveries);
        consume(&mut self.partial_packet, fed?);
        Ok(())
    }
}

/// So many bytes are done with, and so is the room that they took beyond what is usual.
fn consume(partial: &mut Vec<u8>, used: usize) {
    partial.drain(..used);
    partial.shrink_to(MAX_IDLE_BUFFER_BYTES);
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
        assert!(partial.capacity() <= 2 * MAX_IDLE_BUFFER_BYTES);
    }
}
