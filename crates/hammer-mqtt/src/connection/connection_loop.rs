//! The poll loop of a connection: read, process, write.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use hammer_core::Failure;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::yield_now;

use crate::client::ClientState;
use crate::connection::broker_connection::BrokerConnection;
use crate::connection::broker_connector::BrokerStream;
use crate::connection::client_connection_supervisor::{ClientConnectionSupervisor, ConnectionEnd};
use crate::connection::keep_alive_monitor::KeepAliveMonitor;
use crate::connection::turn_budget::TurnBudget;
use crate::failures;
use crate::load::delivery::DeliveryRecord;
use crate::load::message_sequence::MessageSequence;

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

/// The reason that a turn of a connection has ended, other than that there is nothing to do.
enum TurnEnd {
    /// There is more to do after other tasks.
    BudgetSpent,
    Connection(ConnectionEnd),
}

impl ConnectionLoop<'_> {
    /// Serves the connection until it ends.
    pub(crate) async fn run(&mut self) -> ConnectionEnd {
        loop {
            match poll_fn(|cx| self.poll_turn(cx)).await {
                TurnEnd::Connection(end) => return end,
                // Timers and sockets also get their turn, unlike with a task that wakes itself.
                TurnEnd::BudgetSpent => yield_now().await,
            }
        }
    }

    /// Reads and writes until both would block or the budget is spent. Deliveries and counts are
    /// reported even if the connection fails.
    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<TurnEnd> {
        let client = &self.driver.client;
        client.begin_poll(cx);
        let mut state = client.state.borrow_mut();
        let ClientState {
            connection: Some(connection),
            sequence,
            ..
        } = &mut *state
        else {
            let lost = ConnectionEnd::Failed(failures::CONNECTION_LOST);
            return Poll::Ready(TurnEnd::Connection(lost));
        };
        let fenced = connection.has_pending_fence();
        let result = self.read_and_write(connection, sequence, cx);
        self.driver
            .report_poll(connection, fenced, &mut self.remote_deliveries);
        match result {
            Err(failure) => Poll::Ready(TurnEnd::Connection(ConnectionEnd::Failed(failure))),
            Ok(_) if self.driver.clients.is_closing() && connection.unwritten().is_empty() => {
                Poll::Ready(TurnEnd::Connection(ConnectionEnd::RunOver))
            }
            Ok(true) => Poll::Pending,
            Ok(false) => Poll::Ready(TurnEnd::BudgetSpent),
        }
    }

    /// Reads and writes. Returns false if the budget was spent before both would block.
    fn read_and_write(
        &mut self,
        connection: &mut BrokerConnection,
        sequence: &mut MessageSequence,
        cx: &mut Context<'_>,
    ) -> Result<bool, Failure> {
        self.keep_alive.check(connection, cx)?;
        let config = &*self.driver.config;
        let mut budget = TurnBudget::new();
        loop {
            let read = self.read(connection, cx)?;
            budget.spend(read);
            connection.send_queued(config, sequence);
            // Each write makes room for more packets.
            while Self::write(self.stream, connection, &mut budget, cx)? {
                connection.send_queued(config, sequence);
            }
            if budget.is_spent() {
                return Ok(false);
            }
            if read == 0 {
                return Ok(true);
            }
        }
    }

    /// Reads once. Returns the number of bytes.
    fn read(
        &mut self,
        connection: &mut BrokerConnection,
        cx: &mut Context<'_>,
    ) -> Result<usize, Failure> {
        let Self {
            driver,
            partial_packet,
            remote_deliveries,
            ..
        } = self;
        let mut scratch = driver.clients.scratch.borrow_mut();
        let mut buf = ReadBuf::new(&mut scratch);
        match Pin::new(&mut *self.stream).poll_read(cx, &mut buf) {
            Poll::Pending => return Ok(0),
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
        Ok(bytes.len())
    }

    /// Writes as much as the socket takes within the budget. Returns true if it took any bytes and
    /// may take more.
    fn write(
        stream: &mut BrokerStream,
        connection: &mut BrokerConnection,
        budget: &mut TurnBudget,
        cx: &mut Context<'_>,
    ) -> Result<bool, Failure> {
        let mut wrote = false;
        while !connection.unwritten().is_empty() && !budget.is_spent() {
            match Pin::new(&mut *stream).poll_write(cx, connection.unwritten()) {
                Poll::Pending => break,
                Poll::Ready(Ok(0)) => return Err(failures::CONNECTION_LOST),
                Poll::Ready(Ok(bytes)) => {
                    connection.advance_written(bytes);
                    budget.spend(bytes);
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
    // Shrinking while a packet grows would copy the buffer for each read.
    if used > 0 {
        partial_packet.drain(..used);
        partial_packet.shrink_to(MAX_IDLE_BUFFER_BYTES);
    }
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

    #[test]
    fn a_packet_that_comes_byte_by_byte_is_not_copied_for_each_byte() {
        let mut partial_packet = vec![];
        let mut reallocations = 0;
        for _ in 0..1_000_000 {
            let capacity = partial_packet.capacity();
            partial_packet.push(0);
            consume(&mut partial_packet, 0);
            reallocations += u32::from(partial_packet.capacity() != capacity);
        }
        assert!(reallocations < 30, "{reallocations}");
    }
}
