//! The task that carries the bytes of a connection.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use hammer_core::{Failure, Slot};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::code::{Breach, NO_ERROR, NOT_SPOKEN};
use super::connection::Connection;
use super::frame;
use crate::fault;
use crate::lifetime::closed_by_target;
use hammer_net::Stream;

/// So much is read at once: as much as a hundred answers of a kilobyte.
const READ_BYTES: usize = 128 * 1024;
/// Reads in one turn; then others of this thread get theirs.
const READS: usize = 8;

/// Where the connections of a worker read into, one at a time.
pub(crate) type Scratch = Rc<RefCell<Vec<u8>>>;

/// What a connection has in hand between two turns.
struct Driver {
    connection: Rc<Connection>,
    stream: Stream,
    scratch: Scratch,
    /// The beginning of a frame that is not whole.
    rest: Vec<u8>,
    /// Whose hits the events of the connection are counted with: that of the slot that opened it.
    slot: Slot,
    /// Whether the last turn left the writing to this one.
    deferred: bool,
}

/// Carries bytes until the connection ends.
pub(super) async fn drive(
    connection: Rc<Connection>,
    stream: Stream,
    scratch: Scratch,
    slot: Slot,
) {
    let mut driver = Driver {
        connection,
        stream,
        scratch,
        rest: Vec::new(),
        slot,
        deferred: false,
    };
    let failure = poll_fn(|cx| driver.turn(cx)).await;
    let connection = &driver.connection;
    if !connection.closing.get() {
        closed_by_target(&driver.slot);
    }
    connection.over.set(Some(failure));
    connection.protocol.borrow_mut().end_all(failure);
    connection.greet();
    connection.ended.notify_waiters();
    // Goodbye, as far as the socket takes it at once: nobody waits for it any more.
    poll_fn(|cx| {
        let _ = driver.write(cx);
        let _ = Pin::new(&mut driver.stream).poll_shutdown(cx);
        Poll::Ready(())
    })
    .await;
}

impl Driver {
    /// Reads what there is, and writes what there is; ready when the connection is over.
    fn turn(&mut self, cx: &mut Context<'_>) -> Poll<Failure> {
        self.connection.called.set(false);
        match &mut *self.connection.waker.borrow_mut() {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        if let Err(failure) = self.read(cx) {
            return Poll::Ready(failure);
        }
        let mut protocol = self.connection.protocol.borrow_mut();
        let has_woken = std::mem::take(&mut protocol.has_woken);
        self.deferred = has_woken && !self.deferred && !protocol.out.is_empty();
        if self.deferred {
            // Slots were woken that may have more to send: they run first, and one write takes all.
            self.connection.called.set(true);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let closing = self.connection.closing.get();
        let ends = closing || protocol.is_leaving() || protocol.is_used_up();
        let over = ends && protocol.is_quiet();
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
        let scratch = self.scratch.clone();
        let scratch = &mut *scratch.borrow_mut();
        scratch.resize(READ_BYTES, 0);
        for _ in 0..READS {
            let kept = self.rest.len();
            scratch[..kept].copy_from_slice(&self.rest);
            let mut buffer = ReadBuf::new(scratch);
            buffer.set_filled(kept);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Err(error)) => {
                    return Err(fault::of_stream(&error).unwrap_or_else(|| error.into()));
                }
                Poll::Ready(Ok(())) if buffer.filled().len() == kept => {
                    let greeted = self.connection.protocol.borrow().is_greeted();
                    return Err(if greeted {
                        Failure::CLOSED_EARLY
                    } else {
                        NOT_SPOKEN
                    });
                }
                Poll::Ready(Ok(())) => {}
            }
            let filled = buffer.filled();
            self.rest.clear();
            let mut protocol = self.connection.protocol.borrow_mut();
            let (was_greeted, was_leaving) = (protocol.is_greeted(), protocol.is_leaving());
            match protocol.receive(filled) {
                Ok(taken) => self.rest.extend_from_slice(&filled[taken..]),
                Err(Breach { code, failure }) => {
                    frame::put_goaway(&mut protocol.out, code);
                    return Err(failure);
                }
            }
            if !was_leaving && protocol.is_leaving() {
                self.slot.count("goaways", 1);
            }
            if !was_greeted && protocol.is_greeted() {
                drop(protocol);
                self.connection.greet();
            }
        }
        // There may be more, and others want their turn, too.
        cx.waker().wake_by_ref();
        Ok(())
    }

    fn write(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let mut protocol = self.connection.protocol.borrow_mut();
        while !protocol.out.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, &protocol.out) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(bytes) => {
                    protocol.wrote(bytes?);
                    protocol.pump();
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
