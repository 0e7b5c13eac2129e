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
use super::error_code::{H2_NOT_SPOKEN, Http2ConnectionError, NO_ERROR};
use super::frame;
use crate::connection::lifetime::ConnectionEnd;
use crate::connection::read_turn::{ReadTurn, wake_after_others};
use crate::failures;
use hammer_net::NetworkStream;

/// The size of a read: about a hundred responses of one kilobyte.
const READ_BYTES: usize = 128 * 1024;

/// The read buffer that the connections of a worker share; only one reads at a time.
pub(crate) type SharedReadBuffer = Rc<RefCell<Vec<u8>>>;

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
    let failure = poll_fn(|cx| driver.poll_once(cx)).await;
    let connection = &driver.connection;
    if !connection.closing.get() {
        ConnectionEnd::ByTarget.count(&driver.slot);
    }
    connection.end_failure.set(Some(failure));
    connection.protocol.borrow_mut().end_all(failure);
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
    fn poll_once(&mut self, cx: &mut Context<'_>) -> Poll<Failure> {
        self.connection.driver_woken.set(false);
        match &mut *self.connection.driver_waker.borrow_mut() {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        if let Err(failure) = self.read(cx) {
            return Poll::Ready(failure);
        }
        let mut protocol = self.connection.protocol.borrow_mut();
        let woke_slots = std::mem::take(&mut protocol.woke_slots);
        self.write_deferred = woke_slots && !self.write_deferred && !protocol.out.is_empty();
        if self.write_deferred {
            // The slots just woken may send more. They run first, so that one write carries it too.
            self.connection.driver_woken.set(true);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let closing = self.connection.closing.get();
        let ending = closing || protocol.received_goaway() || protocol.streams_exhausted();
        let over = ending && protocol.is_idle();
        drop(protocol);
        if let Err(error) = self.write(cx) {
            return Poll::Ready(error.into());
        }
        if over {
            frame::put_goaway(&mut self.connection.protocol.borrow_mut().out, NO_ERROR);
            return Poll::Ready(Failure::CLOSED_EARLY);
        }
        Poll::Pending
    }

    fn read(&mut self, cx: &mut Context<'_>) -> Result<(), Failure> {
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
                    return Err(failures::stream_failure(&error).unwrap_or_else(|| error.into()));
                }
                Poll::Ready(Ok(())) if buffer.filled().len() == kept => {
                    let ready = self.connection.protocol.borrow().settings_received();
                    return Err(if ready {
                        Failure::CLOSED_EARLY
                    } else {
                        H2_NOT_SPOKEN
                    });
                }
                Poll::Ready(Ok(())) => {}
            }
            let filled = buffer.filled();
            self.turn.count(filled.len() - kept);
            self.partial_frame.clear();
            let mut protocol = self.connection.protocol.borrow_mut();
            let (had_settings, had_goaway) =
                (protocol.settings_received(), protocol.received_goaway());
            match protocol.receive(filled) {
                Ok(consumed) => self.partial_frame.extend_from_slice(&filled[consumed..]),
                Err(Http2ConnectionError { code, failure }) => {
                    frame::put_goaway(&mut protocol.out, code);
                    return Err(failure);
                }
            }
            if !had_goaway && protocol.received_goaway() {
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
        while !protocol.out.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, &protocol.out) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(bytes) => {
                    protocol.record_written(bytes?);
                    protocol.queue_bodies();
                }
                Poll::Pending => break,
            }
        }
        match Pin::new(&mut self.stream).poll_flush(cx) {
            Poll::Ready(flushed) => flushed,
            Poll::Pending => Ok(()),
        }
    }
}
