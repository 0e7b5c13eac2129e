//! A connection as slots see it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use hammer_core::{Failure, Slot};
use tokio::sync::Notify;

use super::driver::{self, SharedReadBuffer};
use super::exchange::{ExchangeState, Http2Exchange, StreamFailure};
use super::flow_control::FlowControlWindows;
use super::protocol::Http2ProtocolState;
use super::request::Http2Request;
use crate::connection::lifetime::{ConnectionUsage, LifetimeLimits};
use hammer_net::OpenedConnection;
use hammer_net::SocketTraffic;

/// A connection that many slots share. A task of its own carries its bytes until nobody has a use
/// for it.
#[derive(Debug)]
pub(crate) struct Http2Connection {
    pub(super) protocol: RefCell<Http2ProtocolState>,
    /// Of the task that carries the bytes.
    pub(super) driver_waker: RefCell<Option<Waker>>,
    /// Whether that task knows that it has to run.
    pub(super) driver_woken: Cell<bool>,
    /// Whether it is to end when no hit is under way.
    pub(super) closing: Cell<bool>,
    /// Why it has ended.
    pub(super) end_failure: Cell<Option<Failure>>,
    pub(super) ended: Notify,
    settings_waker: RefCell<Option<Waker>>,
    life: RefCell<ConnectionUsage>,
    traffic: Rc<SocketTraffic>,
    /// How much of the traffic belongs to hits that have ended.
    reported_traffic: Cell<(u64, u64)>,
}

impl Http2Connection {
    /// Says hello over a stream, and waits until the target has done so too.
    ///
    /// # Errors
    ///
    /// If the target does not speak HTTP/2, or hangs up.
    ///
    /// # Cancel safety
    ///
    /// Dropped while it waits, it closes the stream.
    pub(crate) async fn handshake(
        opened: OpenedConnection,
        windows: FlowControlWindows,
        scratch: SharedReadBuffer,
        slot: &Slot,
    ) -> Result<Rc<Self>, Failure> {
        let connection = Rc::new(Self {
            protocol: RefCell::new(Http2ProtocolState::new(windows)),
            driver_waker: RefCell::default(),
            driver_woken: Cell::new(false),
            closing: Cell::new(false),
            end_failure: Cell::new(None),
            ended: Notify::new(),
            settings_waker: RefCell::default(),
            life: RefCell::new(ConnectionUsage::opened(slot)),
            traffic: opened.traffic,
            reported_traffic: Cell::default(),
        });
        tokio::task::spawn_local(driver::drive(
            connection.clone(),
            opened.stream,
            scratch,
            slot.clone(),
        ));
        let mut unless_greeted = CloseConnectionOnDrop(Some(connection.clone()));
        poll_fn(|cx| connection.poll_settings_received(cx)).await?;
        unless_greeted.0 = None;
        slot.mark("settings");
        Ok(connection)
    }

    fn poll_settings_received(&self, cx: &Context<'_>) -> Poll<Result<(), Failure>> {
        if let Some(failure) = self.end_failure.get() {
            return Poll::Ready(Err(failure));
        }
        if self.protocol.borrow().settings_received() {
            return Poll::Ready(Ok(()));
        }
        *self.settings_waker.borrow_mut() = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Tells the one that waits for the target's hello to look again.
    pub(super) fn wake_handshake(&self) {
        if let Some(waker) = self.settings_waker.borrow_mut().take() {
            waker.wake();
        }
    }

    /// Whether hits can still begin here, now or when a stream comes free.
    pub(crate) fn is_usable(&self) -> bool {
        let protocol = self.protocol.borrow();
        let gone = self.end_failure.get().is_some() || self.closing.get();
        !gone && !protocol.received_goaway() && !protocol.streams_exhausted()
    }

    /// Whether another hit can begin at once.
    pub(crate) fn has_room(&self) -> bool {
        self.protocol.borrow().has_room()
    }

    /// Whether a hit can begin here, and at once.
    pub(crate) fn is_ready(&self) -> bool {
        self.is_usable() && self.has_room()
    }

    /// A hit begins here; if it is the last one that is to, the connection ends with it.
    pub(crate) fn begin_hit(&self, lifetime: Option<&LifetimeLimits>, slot: &Slot) {
        let mut life = self.life.borrow_mut();
        life.count_hit(slot);
        if let Some(lifetime) = lifetime
            && !self.closing.get()
            && life.count_if_over(lifetime, slot)
        {
            self.close();
        }
    }

    /// Bytes sent and received since this was last asked, or since the connection was opened.
    pub(crate) fn take_unreported_traffic(&self) -> (u64, u64) {
        let now = (self.traffic.sent.get(), self.traffic.received.get());
        let before = self.reported_traffic.replace(now);
        (now.0 - before.0, now.1 - before.1)
    }

    /// Queues a hit for a stream, if there is none to spare; tells whether that was so.
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
    /// [`StreamFailure::Unsent`] if the connection has ended, or is about to.
    pub(crate) fn send(
        &self,
        exchange: &Rc<Http2Exchange>,
        request: &Http2Request,
    ) -> Result<(), StreamFailure> {
        if !self.is_usable() {
            return Err(StreamFailure::Unsent);
        }
        self.protocol.borrow_mut().send_request(exchange, request);
        self.wake_driver();
        Ok(())
    }

    /// Takes back what is under way of a hit.
    pub(crate) fn cancel(&self, exchange: &Rc<Http2Exchange>) {
        let stage = exchange.borrow_progress().state;
        self.protocol.borrow_mut().cancel(exchange);
        if matches!(stage, ExchangeState::Sent | ExchangeState::HeadReceived) {
            self.wake_driver();
        }
    }

    /// Ends the connection when no hit is under way.
    pub(crate) fn close(&self) {
        self.closing.set(true);
        self.wake_driver();
    }

    /// Waits until the connection has ended.
    pub(crate) async fn ended(&self) {
        let ended = self.ended.notified();
        if self.end_failure.get().is_none() {
            ended.await;
        }
    }

    /// Lets the task run that carries the bytes, behind the slots that are to run before it.
    fn wake_driver(&self) {
        if !self.driver_woken.replace(true)
            && let Some(waker) = &*self.driver_waker.borrow()
        {
            waker.wake_by_ref();
        }
    }
}

struct CloseConnectionOnDrop(Option<Rc<Http2Connection>>);

impl Drop for CloseConnectionOnDrop {
    fn drop(&mut self) {
        if let Some(connection) = &self.0 {
            connection.close();
        }
    }
}
