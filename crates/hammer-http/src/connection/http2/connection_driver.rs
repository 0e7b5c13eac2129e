//! The task that moves bytes between a connection and its socket.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use hammer_core::{Failure, Slot};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection::Http2Connection;
use super::failures::{H2_NOT_SPOKEN, connection_error_failure};
use crate::connection::lifetime::ConnectionEnd;
use crate::connection::read_turn::{ReadTurn, wake_after_others};
use crate::failures;
use hammer_net::NetworkStream;
use hammer_wire::http2::Http2ConnectionError;

/// The size of a read: about a hundred responses of one kilobyte.
const READ_BYTES: usize = 128 * 1024;

/// The read buffer that the connections of a worker share; only one reads at a time.
pub(crate) type SharedReadBuffer = Rc<RefCell<Vec<u8>>>;

/// The end of a connection.
#[derive(Debug, Clone, Copy)]
enum Http2ConnectionEnd {
    /// The target closed the connection, or the network lost it.
    ByTarget(Failure),
    /// The target broke a rule of HTTP/2.
    Dropped(Http2ConnectionError),
    /// The target sent GOAWAY, and no hit is in flight.
    AfterGoaway,
    /// All stream identifiers are used up.
    UsedUp,
    /// The slots no longer need the connection.
    Closed,
}

impl Http2ConnectionEnd {
    /// The failure of hits in flight.
    fn failure(self) -> Failure {
        match self {
            Self::ByTarget(failure) => failure,
            Self::Dropped(error) => connection_error_failure(&error),
            Self::AfterGoaway | Self::UsedUp | Self::Closed => Failure::CLOSED_EARLY,
        }
    }

    /// The end of the connection, by who closed it.
    fn connection_end(self) -> ConnectionEnd {
        match self {
            Self::ByTarget(_) | Self::AfterGoaway => ConnectionEnd::ByTarget,
            Self::Dropped(_) => ConnectionEnd::Dropped,
            Self::UsedUp => ConnectionEnd::Retired,
            Self::Closed => ConnectionEnd::Planned,
        }
    }
}

/// The task of one connection.
struct Http2ConnectionDriver {
    connection: Rc<Http2Connection>,
    stream: NetworkStream,
    read_buffer: SharedReadBuffer,
    /// The start of a frame that has not fully arrived.
    partial_frame: Vec<u8>,
    /// The slot that opened the connection; events of the connection are counted there.
    slot: Slot,
    /// True if the last poll postponed the write to the next one.
    write_deferred: bool,
    turn: ReadTurn,
}

/// Moves bytes until the connection ends.
pub(super) async fn drive(
    connection: Rc<Http2Connection>,
    stream: NetworkStream,
    read_buffer: SharedReadBuffer,
    slot: Slot,
) {
    let mut driver = Http2ConnectionDriver {
        connection,
        stream,
        read_buffer,
        partial_frame: Vec::new(),
        slot,
        write_deferred: false,
        turn: ReadTurn::default(),
    };
    let end = poll_fn(|cx| driver.poll_once(cx)).await;
    let connection = &driver.connection;
    connection.count_end(end.connection_end());
    connection.end_failure.set(Some(end.failure()));
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
        if let Err(error) = self.write(cx) {
            // The target may have answered before it closed the connection.
            let read = self.read(cx);
            return Poll::Ready(
                read.err()
                    .unwrap_or(Http2ConnectionEnd::ByTarget(error.into())),
            );
        }
        match self.finished() {
            Some(end) => Poll::Ready(end),
            None => Poll::Pending,
        }
    }

    /// Returns the end of the connection if no hit is in flight and none can follow.
    fn finished(&self) -> Option<Http2ConnectionEnd> {
        let mut protocol = self.connection.protocol.borrow_mut();
        let end = if self.connection.closing.get() {
            Http2ConnectionEnd::Closed
        } else if protocol.goaway().is_some() {
            Http2ConnectionEnd::AfterGoaway
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

    fn read(&mut self, cx: &mut Context<'_>) -> Result<(), Http2ConnectionEnd> {
        let read_buffer = self.read_buffer.clone();
        let read_buffer = &mut *read_buffer.borrow_mut();
        read_buffer.resize(READ_BYTES, 0);
        self.turn.begin();
        while !self.turn.is_over() {
            let kept = self.partial_frame.len();
            read_buffer[..kept].copy_from_slice(&self.partial_frame);
            let mut buffer = ReadBuf::new(read_buffer);
            buffer.set_filled(kept);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Err(error)) => {
                    let failure = failures::stream_failure(&error);
                    let failure = failure.unwrap_or_else(|| error.into());
                    return Err(Http2ConnectionEnd::ByTarget(failure));
                }
                Poll::Ready(Ok(())) if buffer.filled().len() == kept => {
                    let ready = self.connection.protocol.borrow().settings_received();
                    let failure = if ready {
                        Failure::CLOSED_EARLY
                    } else {
                        H2_NOT_SPOKEN
                    };
                    return Err(Http2ConnectionEnd::ByTarget(failure));
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

    fn write(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let mut protocol = self.connection.protocol.borrow_mut();
        while !protocol.output().is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, protocol.output()) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(bytes) => protocol.record_written(bytes?),
                Poll::Pending => break,
            }
        }
        match Pin::new(&mut self.stream).poll_flush(cx) {
            Poll::Ready(flushed) => flushed,
            Poll::Pending => Ok(()),
        }
    }
}
