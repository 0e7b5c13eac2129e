//! The task that moves bytes between a connection and its socket.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use hammer_core::Slot;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection::Http2Connection;
use super::connection_end::{Http2ConnectionEnd, is_end_of_peer};
use crate::connection::read_buffer::WorkerReadBuffer;
use crate::connection::read_turn::{ReadTurn, wake_after_others};
use hammer_net::NetworkStream;

/// The task of one connection.
struct Http2ConnectionDriver {
    connection: Rc<Http2Connection>,
    stream: NetworkStream,
    read_buffer: Rc<WorkerReadBuffer>,
    /// The start of a frame that has not fully arrived.
    partial_frame: Vec<u8>,
    /// The slot that opened the connection; events of the connection are counted there.
    slot: Slot,
    /// True if the last poll postponed the write to the next one.
    write_deferred: bool,
    /// The error that ended the writes. The answers that have arrived are still read.
    write_error: Option<io::Error>,
    turn: ReadTurn,
}

/// Moves bytes until the connection ends.
pub(super) async fn drive(connection: Rc<Http2Connection>, stream: NetworkStream, slot: Slot) {
    let mut driver = Http2ConnectionDriver::new(connection, stream, slot);
    let end = poll_fn(|cx| driver.poll_once(cx)).await;
    let connection = &driver.connection;
    connection.record_end(end.connection_end(), end.failure());
    let error = match end {
        Http2ConnectionEnd::Dropped(error) => Some(error),
        _ => None,
    };
    connection.protocol.borrow_mut().end(error);
    connection.wake_handshake();
    connection.ended.notify_waiters();
    // Sends GOAWAY only if the socket accepts it at once, since no hit is waiting.
    poll_fn(|cx| {
        let _ = driver.write(cx);
        let _ = Pin::new(&mut driver.stream).poll_shutdown(cx);
        Poll::Ready(())
    })
    .await;
}

impl Http2ConnectionDriver {
    fn new(connection: Rc<Http2Connection>, stream: NetworkStream, slot: Slot) -> Self {
        Self {
            connection,
            stream,
            read_buffer: slot.worker_local(WorkerReadBuffer::default),
            partial_frame: Vec::new(),
            slot,
            write_deferred: false,
            write_error: None,
            turn: ReadTurn::default(),
        }
    }

    /// Reads and writes as much as possible without waiting; ready when the connection is over.
    fn poll_once(&mut self, cx: &mut Context<'_>) -> Poll<Http2ConnectionEnd> {
        self.connection.driver_woken.set(false);
        match &mut *self.connection.driver_waker.borrow_mut() {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        if let Err(end) = self.read(cx) {
            return Poll::Ready(end);
        }
        let mut protocol = self.connection.protocol.borrow_mut();
        let woke_slots = protocol.take_woke_exchanges();
        let has_output = !protocol.output().is_empty();
        self.write_deferred = woke_slots && !self.write_deferred && has_output;
        if self.write_deferred {
            // The slots just woken may send more. They run first, so that one write carries it too.
            self.connection.driver_woken.set(true);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        drop(protocol);
        if self.write_error.is_none()
            && let Err(error) = self.write(cx)
        {
            if !is_end_of_peer(&error) {
                return Poll::Ready(self.end_by_target(Some(error)));
            }
            // The target may have answered before it closed the connection. The error does not make
            // the socket readable for tokio, so that the answer is found in a later poll.
            self.write_error = Some(error);
            self.connection.closing.set(true);
        }
        match self.finished() {
            Some(end) => Poll::Ready(end),
            None => Poll::Pending,
        }
    }

    /// Returns the end of the connection if no hit is in flight and none can follow.
    fn finished(&mut self) -> Option<Http2ConnectionEnd> {
        let mut protocol = self.connection.protocol.borrow_mut();
        let end = if self.write_error.is_some() {
            if !protocol.is_idle() {
                return None;
            }
            drop(protocol);
            return Some(self.end_by_target(None));
        } else if protocol.goaway().is_some() {
            Http2ConnectionEnd::AfterGoaway
        } else if self.connection.closing.get() {
            Http2ConnectionEnd::Closed
        } else if protocol.streams_exhausted() {
            Http2ConnectionEnd::UsedUp
        } else {
            return None;
        };
        if !protocol.is_idle() {
            return None;
        }
        protocol.put_goaway();
        Some(end)
    }

    /// The end of the connection by the target; `error` is that of a read or write, if it is not the end
    /// of the stream.
    fn end_by_target(&mut self, error: Option<io::Error>) -> Http2ConnectionEnd {
        let settings_received = self.connection.protocol.borrow().settings_received();
        // After a failed write, the socket may report no more than the end of the stream.
        let error = error.or_else(|| self.write_error.take());
        Http2ConnectionEnd::by_target(error, settings_received)
    }

    fn read(&mut self, cx: &mut Context<'_>) -> Result<(), Http2ConnectionEnd> {
        let read_buffer = self.read_buffer.clone();
        let read_buffer = &mut *read_buffer.borrow();
        self.turn.begin();
        while !self.turn.is_over() {
            let kept = self.partial_frame.len();
            read_buffer[..kept].copy_from_slice(&self.partial_frame);
            let mut buffer = ReadBuf::new(read_buffer);
            buffer.set_filled(kept);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Err(error)) => return Err(self.end_by_target(Some(error))),
                Poll::Ready(Ok(())) if buffer.filled().len() == kept => {
                    return Err(self.end_by_target(None));
                }
                Poll::Ready(Ok(())) => {}
            }
            let filled = buffer.filled();
            self.turn.count(filled.len() - kept);
            self.partial_frame.clear();
            let mut protocol = self.connection.protocol.borrow_mut();
            let had_settings = protocol.settings_received();
            let had_goaway = protocol.goaway().is_some();
            match protocol.receive(filled) {
                Ok(consumed) => self.partial_frame.extend_from_slice(&filled[consumed..]),
                Err(error) => {
                    tracing::debug!(rule = error.rule(), "the target broke a rule of HTTP/2");
                    return Err(Http2ConnectionEnd::Dropped(error));
                }
            }
            if let Some(goaway) = protocol.goaway()
                && !had_goaway
            {
                let debug_data = String::from_utf8_lossy(goaway.debug_data());
                let (last, code) = (goaway.last_stream(), goaway.code());
                tracing::debug!(last, %code, %debug_data, "the target sent GOAWAY");
                self.slot.count("goaways", 1);
            }
            if !had_settings && protocol.settings_received() {
                drop(protocol);
                self.connection.wake_handshake();
            }
        }
        // There may be more to read, but other tasks, timers and sockets come first.
        wake_after_others(cx);
        Ok(())
    }

    /// Writes until the socket or the turn of the connection ends it.
    fn write(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let mut protocol = self.connection.protocol.borrow_mut();
        while !protocol.output().is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, protocol.output()) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(bytes) => {
                    let bytes = bytes?;
                    self.turn.count(bytes);
                    protocol.record_written(bytes);
                }
                Poll::Pending => break,
            }
            if !protocol.output().is_empty() && self.turn.is_over() {
                wake_after_others(cx);
                break;
            }
        }
        match Pin::new(&mut self.stream).poll_flush(cx) {
            Poll::Ready(flushed) => flushed,
            Poll::Pending => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
