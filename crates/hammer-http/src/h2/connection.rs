//! A connection as slots see it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use hammer_core::{Failure, Slot};
use tokio::sync::Notify;

use super::driver::{self, Scratch};
use super::exchange::{Broken, Exchange, Stage};
use super::options::Windows;
use super::protocol::Protocol;
use super::request::Request;
use crate::lifetime::{Life, Lifetime};
use hammer_net::Opened;
use hammer_net::Traffic;

/// A connection that many slots share. A task of its own carries its bytes until nobody has a use
/// for it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(super) protocol: RefCell<Protocol>,
    /// Of the task that carries the bytes.
    pub(super) waker: RefCell<Option<Waker>>,
    /// Whether that task knows that it has to run.
    pub(super) called: Cell<bool>,
    /// Whether it is to end when no hit is under way.
    pub(super) closing: Cell<bool>,
    /// Why it has ended.
    pub(super) over: Cell<Option<Failure>>,
    pub(super) ended: Notify,
    greeter: RefCell<Option<Waker>>,
    life: RefCell<Life>,
    traffic: Rc<Traffic>,
    /// How much of the traffic belongs to hits that have ended.
    told: Cell<(u64, u64)>,
}

impl Connection {
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
        opened: Opened,
        windows: Windows,
        scratch: Scratch,
        slot: &Slot,
    ) -> Result<Rc<Self>, Failure> {
        let connection = Rc::new(Self {
            protocol: RefCell::new(Protocol::new(windows)),
            waker: RefCell::default(),
            called: Cell::new(false),
            closing: Cell::new(false),
            over: Cell::new(None),
            ended: Notify::new(),
            greeter: RefCell::default(),
            life: RefCell::new(Life::begin(slot)),
            traffic: opened.traffic,
            told: Cell::default(),
        });
        tokio::task::spawn_local(driver::drive(
            connection.clone(),
            opened.stream,
            scratch,
            slot.clone(),
        ));
        let mut unless_greeted = CloseOnDrop(Some(connection.clone()));
        poll_fn(|cx| connection.poll_greeted(cx)).await?;
        unless_greeted.0 = None;
        slot.mark("settings");
        Ok(connection)
    }

    fn poll_greeted(&self, cx: &Context<'_>) -> Poll<Result<(), Failure>> {
        if let Some(failure) = self.over.get() {
            return Poll::Ready(Err(failure));
        }
        if self.protocol.borrow().is_greeted() {
            return Poll::Ready(Ok(()));
        }
        *self.greeter.borrow_mut() = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Tells the one that waits for the target's hello to look again.
    pub(super) fn greet(&self) {
        if let Some(waker) = self.greeter.borrow_mut().take() {
            waker.wake();
        }
    }

    /// Whether hits can still begin here, now or when a stream comes free.
    pub(crate) fn is_usable(&self) -> bool {
        let protocol = self.protocol.borrow();
        let gone = self.over.get().is_some() || self.closing.get();
        !gone && !protocol.is_leaving() && !protocol.is_used_up()
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
    pub(crate) fn hit(&self, lifetime: Option<&Lifetime>, slot: &Slot) {
        let mut life = self.life.borrow_mut();
        life.hit(slot);
        if let Some(lifetime) = lifetime
            && !self.closing.get()
            && life.is_over(lifetime, slot)
        {
            self.close();
        }
    }

    /// Bytes sent and received since this was last asked, or since the connection was opened.
    pub(crate) fn untold(&self) -> (u64, u64) {
        let now = (self.traffic.sent.get(), self.traffic.received.get());
        let before = self.told.replace(now);
        (now.0 - before.0, now.1 - before.1)
    }

    /// Queues a hit for a stream, if there is none to spare; tells whether that was so.
    pub(crate) fn queue(&self, exchange: &Rc<Exchange>) -> bool {
        if !self.is_usable() || self.has_room() {
            return false;
        }
        self.protocol.borrow_mut().wait(exchange);
        true
    }

    /// Sends a request.
    ///
    /// # Errors
    ///
    /// [`Broken::Unsent`] if the connection has ended, or is about to.
    pub(crate) fn send(&self, exchange: &Rc<Exchange>, request: &Request) -> Result<(), Broken> {
        if !self.is_usable() {
            return Err(Broken::Unsent);
        }
        self.protocol.borrow_mut().begin(exchange, request);
        self.call();
        Ok(())
    }

    /// Takes back what is under way of a hit.
    pub(crate) fn cancel(&self, exchange: &Rc<Exchange>) {
        let stage = exchange.progress().stage;
        self.protocol.borrow_mut().cancel(exchange);
        if matches!(stage, Stage::Sent | Stage::Head) {
            self.call();
        }
    }

    /// Ends the connection when no hit is under way.
    pub(crate) fn close(&self) {
        self.closing.set(true);
        self.call();
    }

    /// Waits until the connection has ended.
    pub(crate) async fn ended(&self) {
        let ended = self.ended.notified();
        if self.over.get().is_none() {
            ended.await;
        }
    }

    /// Lets the task run that carries the bytes, behind the slots that are to run before it.
    fn call(&self) {
        if !self.called.replace(true)
            && let Some(waker) = &*self.waker.borrow()
        {
            waker.wake_by_ref();
        }
    }
}

struct CloseOnDrop(Option<Rc<Connection>>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        if let Some(connection) = &self.0 {
            connection.close();
        }
    }
}
