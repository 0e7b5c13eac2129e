//! The poll loop of a connection: read, process, write.

use std::pin::Pin;
use std::task::{Context, Poll};

use hammer_core::Failure;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::client::ClientState;
use crate::connection::broker_connection::BrokerConnection;
use crate::connection::broker_connector::BrokerStream;
use crate::connection::client_connection_supervisor::{ClientConnectionSupervisor, ConnectionEnd};
use crate::connection::keep_alive_monitor::KeepAliveMonitor;
use crate::failures;
use crate::load::delivery::DeliveryRecord;
use crate::load::delivery::MessageSequence;

/// The maximum number of reads in one poll, so that other connections get their turn.
const MAX_READS_PER_POLL: u32 = 8;
/// The maximum buffer space for a partial packet that a connection keeps after a large packet.
const MAX_IDLE_BUFFER_BYTES: usize = 16 * 1024;

/// The poll loop of a connection and its state between polls.
pub(crate) struct ConnectionLoop<'a> {
    pub(crate) driver: &'a ClientConnectionSupervisor,
    pub(crate) stream: &'a mut BrokerStream,
    /// The start of a packet that is not complete yet.
    pub(crate) partial_packet: Vec<u8>,
    /// Deliveries for other workers, by worker.
    pub(crate) remote_deliveries: Vec<Vec<DeliveryRecord>>,
    pub(crate) keep_alive: KeepAliveMonitor,
}

impl ConnectionLoop<'_> {
    /// Reads and writes until both would block. Deliveries and counts are reported even if the
    /// connection fails.
    pub(crate) fn poll_once(&mut self, cx: &mut Context<'_>) -> Poll<ConnectionEnd> {
        let client = &self.driver.client;
        client.begin_poll(cx);
        let mut state = client.state.borrow_mut();
        let ClientState {
            connection: Some(connection),
            sequence,
            ..
        } = &mut *state
        else {
            return Poll::Ready(ConnectionEnd::Failed(failures::CONNECTION_LOST));
        };
        let fenced = connection.has_pending_fence();
        let result = self.read_and_write(connection, sequence, cx);
        self.driver
            .report_poll(connection, fenced, &mut self.remote_deliveries);
        match result {
            Err(failure) => Poll::Ready(ConnectionEnd::Failed(failure)),
            Ok(()) if self.driver.clients.is_closing() && connection.unwritten().is_empty() => {
                Poll::Ready(ConnectionEnd::RunOver)
            }
            Ok(()) => Poll::Pending,
        }
    }

    fn read_and_write(
        &mut self,
        connection: &mut BrokerConnection,
        sequence: &mut MessageSequence,
        cx: &mut Context<'_>,
    ) -> Result<(), Failure> {
        self.keep_alive.check(connection, cx)?;
        let config = &*self.driver.config;
        for _ in 0..MAX_READS_PER_POLL {
            let read = self.read(connection, cx)?;
            connection.send_queued(config, sequence);
            // Each write makes room for more packets.
            while Self::write(self.stream, connection, cx)? {
                connection.send_queued(config, sequence);
            }
            if !read {
                return Ok(());
            }
        }
        cx.waker().wake_by_ref();
        Ok(())
    }

    /// Reads once. Returns true if there were bytes.
    fn read(
        &mut self,
        connection: &mut BrokerConnection,
        cx: &mut Context<'_>,
    ) -> Result<bool, Failure> {
        let Self {
            driver,
            partial_packet,
            remote_deliveries,
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
        if partial_packet.is_empty() {
            let used = driver.handle_packets(bytes, connection, remote_deliveries)?;
            partial_packet.extend_from_slice(&bytes[used..]);
        } else {
            partial_packet.extend_from_slice(bytes);
            let used = driver.handle_packets(partial_packet, connection, remote_deliveries)?;
            consume(partial_packet, used);
        }
        Ok(true)
    }

    /// Writes as much as the socket takes. Returns true if it took any bytes.
    fn write(
        stream: &mut BrokerStream,
        connection: &mut BrokerConnection,
        cx: &mut Context<'_>,
    ) -> Result<bool, Failure> {
        let mut wrote = false;
        while !connection.unwritten().is_empty() {
            match Pin::new(&mut *stream).poll_write(cx, connection.unwritten()) {
                Poll::Pending => break,
                Poll::Ready(Ok(0)) => return Err(failures::CONNECTION_LOST),
                Poll::Ready(Ok(bytes)) => {
                    connection.advance_written(bytes);
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

    /// Processes the bytes that came with the CONNACK.
    pub(crate) fn handle_leftover(&mut self) -> Result<(), Failure> {
        let mut state = self.driver.client.state.borrow_mut();
        let Some(connection) = &mut state.connection else {
            return Ok(());
        };
        let fenced = connection.has_pending_fence();
        let used = self.driver.handle_packets(
            &self.partial_packet,
            connection,
            &mut self.remote_deliveries,
        );
        self.driver
            .report_poll(connection, fenced, &mut self.remote_deliveries);
        consume(&mut self.partial_packet, used?);
        Ok(())
    }
}

/// Removes the first `used` bytes and frees excess capacity.
fn consume(partial_packet: &mut Vec<u8>, used: usize) {
    partial_packet.drain(..used);
    partial_packet.shrink_to(MAX_IDLE_BUFFER_BYTES);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_shrinks_after_a_large_packet() {
        let mut partial_packet = vec![0; 1_000_000];
        partial_packet.push(1);
        consume(&mut partial_packet, 1_000_000);
        assert_eq!(partial_packet, [1]);
        assert!(partial_packet.capacity() <= 2 * MAX_IDLE_BUFFER_BYTES);
    }
}
