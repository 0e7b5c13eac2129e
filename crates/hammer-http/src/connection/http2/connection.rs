//! A shared HTTP/2 connection, as seen by the slots that use it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use hammer_core::{Failure, Peer, Slot};
use tokio::sync::Notify;

use super::connection_driver;
use super::failures;
use crate::connection::lifetime::{ConnectionEnd, ConnectionUsage, LifetimeLimits};
use hammer_net::{NetworkStream, OpenedConnection, SocketTraffic};
use hammer_wire::http2::{
    FlowControlWindows, Http2Exchange, Http2ProtocolState, Http2Request, StreamFailure,
};

/// A connection that many slots share; a task moves its bytes until the connection ends.
#[derive(Debug)]
pub(crate) struct Http2Connection {
    pub(super) protocol: RefCell<Http2ProtocolState>,
    /// The waker of the task that moves the bytes.
    pub(super) driver_waker: RefCell<Option<Waker>>,
    /// True if that task is woken already.
    pub(super) driver_woken: Cell<bool>,
    /// True if the connection ends as soon as no hit is in flight.
    pub(super) closing: Cell<bool>,
    /// The end of the connection, and the failure of hits that were in flight.
    end: Cell<Option<(ConnectionEnd, Failure)>>,
    /// True if one hit has the connection for itself, and counts its end.
    exclusive: Cell<bool>,
    pub(super) ended: Notify,
    settings_waker: RefCell<Option<Waker>>,
    usage: RefCell<ConnectionUsage>,
    traffic: Rc<SocketTraffic>,
    /// The address at the other end.
    peer: Option<Peer>,
    /// The traffic that was already attributed to hits, sent and received.
    reported_traffic: Cell<(u64, u64)>,
}

impl Http2Connection {
    /// Creates a connection over a stream that was just opened, whose bytes nothing moves yet.
    pub(super) fn new(
        opened: OpenedConnection,
        windows: FlowControlWindows,
        slot: &Slot,
    ) -> (Rc<Self>, NetworkStream) {
        let connection = Rc::new(Self {
            protocol: RefCell::new(Http2ProtocolState::new(windows)),
            driver_waker: RefCell::default(),
            driver_woken: Cell::new(false),
            closing: Cell::new(false),
            end: Cell::new(None),
            exclusive: Cell::new(false),
            ended: Notify::new(),
            settings_waker: RefCell::default(),
            usage: RefCell::new(ConnectionUsage::opened(slot)),
            traffic: opened.traffic,
            peer: opened.peer,
            reported_traffic: Cell::default(),
        });
        (connection, opened.stream)
    }

    /// Sends the preface and settings over a stream, and waits for the settings of the target.
    ///
    /// # Errors
    ///
    /// If the target does not speak HTTP/2, or closes the connection.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the stream.
    pub(crate) async fn handshake(
        opened: OpenedConnection,
        windows: FlowControlWindows,
        slot: &Slot,
    ) -> Result<Rc<Self>, Failure> {
        let (connection, stream) = Self::new(opened, windows, slot);
        let driver = connection_driver::drive(connection.clone(), stream, slot.clone());
        tokio::task::spawn_local(driver);
        let mut close_on_drop = ConnectionCloseGuard(Some(connection.clone()));
        slot.begin_step(failures::SETTINGS_TIMEOUT);
        let received = poll_fn(|cx| connection.poll_settings_received(cx)).await;
        slot.end_steps();
        received?;
        close_on_drop.0 = None;
        slot.mark("settings");
        Ok(connection)
    }

    fn poll_settings_received(&self, cx: &Context<'_>) -> Poll<Result<(), Failure>> {
        if let Some((_, failure)) = self.end.get() {
            return Poll::Ready(Err(failure));
        }
        if self.protocol.borrow().settings_received() {
            return Poll::Ready(Ok(()));
        }
        *self.settings_waker.borrow_mut() = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Wakes the slot that waits for the target's settings.
    pub(super) fn wake_handshake(&self) {
        if let Some(waker) = self.settings_waker.borrow_mut().take() {
            waker.wake();
        }
    }

    /// Returns true if hits can start on this connection, now or once a stream is free.
    pub(crate) fn is_usable(&self) -> bool {
        let protocol = self.protocol.borrow();
        !self.closing.get() && !protocol.refuses_requests()
    }

    /// Sets the address of this connection as that of the current hit of `slot`.
    pub(crate) fn name_peer(&self, slot: &Slot) {
        if let Some(peer) = self.peer {
            slot.set_peer(peer);
        }
    }

    /// Returns true if a stream is free.
    pub(crate) fn has_room(&self) -> bool {
        self.protocol.borrow().has_room()
    }

    /// Returns true if a hit can start on this connection at once.
    pub(crate) fn is_ready(&self) -> bool {
        self.is_usable() && self.has_room()
    }

    /// Counts a hit that was sent, and closes the connection after it if its lifetime is over.
    pub(crate) fn begin_hit(&self, lifetime: Option<&LifetimeLimits>) {
        self.usage.borrow_mut().begin_hit();
        let is_over = |limits| self.usage.borrow().is_over(limits);
        if !self.closing.get() && lifetime.is_some_and(is_over) {
            self.close_as(ConnectionEnd::Retired);
        }
    }

    /// Records the end of the connection, and the failure of hits in flight.
    pub(super) fn record_end(&self, end: ConnectionEnd, failure: Failure) {
        self.end.set(Some((end, failure)));
        if !self.exclusive.get() {
            self.usage.borrow_mut().end(end);
        }
    }

    /// Gives the connection to one hit, which closes it.
    pub(crate) fn make_exclusive(&self) {
        self.exclusive.set(true);
    }

    /// Takes back a hit that the target refused.
    pub(crate) fn take_back_hit(&self) {
        self.usage.borrow_mut().take_back_hit();
    }

    /// Counts the answer to a hit.
    pub(crate) fn count_answer(&self, slot: &Slot) {
        self.usage.borrow_mut().count_answer(slot);
    }

    /// Maps the failure of a stream to that of its hit.
    pub(crate) fn hit_failure(&self, failure: StreamFailure) -> Failure {
        let own = self
            .end
            .get()
            .map_or(Failure::CLOSED_EARLY, |(_, failure)| failure);
        failures::http2_stream_failure(failure, own)
    }

    /// Returns the bytes sent and received since the last call, or since the connection was opened.
    pub(crate) fn take_unreported_traffic(&self) -> (u64, u64) {
        let now = (self.traffic.sent.get(), self.traffic.received.get());
        let before = self.reported_traffic.replace(now);
        (now.0 - before.0, now.1 - before.1)
    }

    /// Attributes the traffic so far to no hit, unless a hit has used the connection.
    pub(crate) fn discard_opening_traffic(&self) {
        if self.usage.borrow().is_unused() {
            self.take_unreported_traffic();
        }
    }

    /// Queues a hit for a stream if none is free; returns true if it was queued.
    pub(crate) fn queue_if_full(&self, exchange: &Rc<Http2Exchange>) -> bool {
        if !self.is_usable() || self.has_room() {
            return false;
        }
        self.protocol.borrow_mut().enqueue(exchange);
        true
    }

    /// Sends a request.
    ///
    /// # Errors
    ///
    /// [`StreamFailure::Unsent`] if the connection has ended or is closing.
    pub(crate) fn send(
        &self,
        exchange: &Rc<Http2Exchange>,
        request: &Http2Request,
    ) -> Result<(), StreamFailure> {
        if self.closing.get() {
            return Err(StreamFailure::Unsent);
        }
        self.protocol.borrow_mut().send_request(exchange, request)?;
        self.wake_driver();
        Ok(())
    }

    /// Abandons a hit; a request in flight is reset.
    pub(crate) fn cancel(&self, exchange: &Rc<Http2Exchange>) {
        let mut protocol = self.protocol.borrow_mut();
        protocol.cancel(exchange);
        let has_output = !protocol.output().is_empty();
        drop(protocol);
        if has_output {
            self.wake_driver();
        }
    }

    /// Ends the connection once no hit is in flight, and counts now how it ends, unless its end was
    /// counted before.
    pub(crate) fn close_as(&self, end: ConnectionEnd) {
        self.usage.borrow_mut().end(end);
        self.close();
    }

    /// Ends a connection whose opening was given up, or whose only hit has failed.
    pub(crate) fn close_after_failure(&self) {
        let said_goaway = self.protocol.borrow().goaway().is_some();
        self.close_as(match self.end.get() {
            Some((end, _)) => end,
            None if said_goaway => ConnectionEnd::ByTarget,
            None => ConnectionEnd::Dropped,
        });
    }

    /// Ends the connection once no hit is in flight, as planned, unless the target ends it before.
    pub(crate) fn close(&self) {
        self.closing.set(true);
        self.wake_driver();
    }

    /// Waits until the connection has ended.
    pub(crate) async fn ended(&self) {
        let ended = self.ended.notified();
        if self.end.get().is_none() {
            ended.await;
        }
    }

    /// Wakes the task that moves the bytes; slots woken earlier run before it.
    fn wake_driver(&self) {
        if !self.driver_woken.replace(true)
            && let Some(waker) = &*self.driver_waker.borrow()
        {
            waker.wake_by_ref();
        }
    }
}

/// Closes a connection whose opening was given up.
struct ConnectionCloseGuard(Option<Rc<Http2Connection>>);

impl Drop for ConnectionCloseGuard {
    fn drop(&mut self) {
        if let Some(connection) = &self.0 {
            connection.close_after_failure();
        }
    }
}
