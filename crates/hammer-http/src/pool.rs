//! The HTTP/2 connections that the slots of a worker share.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use hammer_core::{Failure, Slot};
use tokio::sync::Notify;

use crate::connection::Connection;
use hammer_net::{Dial, Opened};

use crate::fault;
use crate::h2::{self, Scratch, Windows};
use crate::lifetime::Lifetime;
use crate::version::HttpVersion;

/// What a worker needs to know about the connections of its slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sharing {
    pub(crate) version: HttpVersion,
    /// How many connections there are in the run; as many as it takes, if none.
    pub(crate) connections: Option<usize>,
    pub(crate) windows: Windows,
    pub(crate) lifetime: Option<Lifetime>,
}

impl Sharing {
    /// Whether slots may share connections of `dial`.
    pub(crate) fn has(&self, dial: &Dial) -> bool {
        match self.version {
            HttpVersion::Auto => dial.is_tls(),
            HttpVersion::Http1 => false,
            // A proxy that reads the requests does not know that a target knows HTTP/2.
            HttpVersion::Http2 => dial.for_proxy().is_none(),
        }
    }
}

/// So many origins' connections stay as long as the run lasts; those to others as long as a slot uses
/// them.
const STAYING: usize = 64;

/// The pools of a worker, one for each origin.
#[derive(Default)]
pub(crate) struct Pools {
    staying: RefCell<HashMap<usize, Rc<Pool>>>,
    others: RefCell<HashMap<usize, Weak<Pool>>>,
    scratch: Scratch,
}

impl Pools {
    /// The pool for the origin of this number.
    pub(crate) fn of(&self, origin: usize, sharing: Sharing, slot: &Slot) -> Rc<Pool> {
        let mut staying = self.staying.borrow_mut();
        let mut others = self.others.borrow_mut();
        let other = || others.get(&origin).and_then(Weak::upgrade);
        if let Some(known) = staying.get(&origin).cloned().or_else(other) {
            return known;
        }
        let pool = Rc::new(Pool::new(sharing, self.scratch.clone(), slot));
        if staying.len() < STAYING {
            staying.insert(origin, pool.clone());
        } else {
            others.retain(|_, pool| pool.strong_count() > 0);
            others.insert(origin, Rc::downgrade(&pool));
        }
        pool
    }
}

/// A connection for a slot.
pub(crate) enum Found {
    /// Of HTTP/2, which others use as well.
    Shared(Rc<h2::Connection>),
    /// Of HTTP/1.1, since that is what the target chose.
    Own(Box<Connection>),
}

/// The connections of a worker, each in a seat: one slot at a time opens it, and whoever else needs it
/// waits for that.
pub(crate) struct Pool {
    sharing: Sharing,
    seats: RefCell<Vec<Rc<Seat>>>,
    /// One more than the last place that asked: nobody needs more connections than slots.
    slots: Cell<usize>,
    /// Whether the target chose HTTP/1.1 when it was last asked.
    chose_http1: Cell<bool>,
    scratch: Scratch,
}

#[derive(Default)]
struct Seat {
    connection: RefCell<Option<Rc<h2::Connection>>>,
    opening: Cell<bool>,
    /// How often it could not be opened, and why not the last time.
    failed: Cell<(u64, Option<Failure>)>,
    changed: Notify,
}

impl Pool {
    fn new(sharing: Sharing, scratch: Scratch, slot: &Slot) -> Self {
        let (workers, worker) = (slot.workers(), slot.worker());
        let of_this_worker = |all: usize| all / workers + usize::from(worker < all % workers);
        // Each worker needs one.
        let seats = sharing.connections.map_or(1, of_this_worker).max(1);
        Self {
            sharing,
            seats: RefCell::new((0..seats).map(|_| Rc::default()).collect()),
            slots: Cell::new(0),
            chose_http1: Cell::new(false),
            scratch,
        }
    }

    pub(crate) fn lifetime(&self) -> Option<&Lifetime> {
        self.sharing.lifetime.as_ref()
    }

    /// How many connections there are to be by now.
    pub(crate) fn len(&self) -> usize {
        self.seats.borrow().len()
    }

    /// A connection for the slot whose place among those of its worker is `place`, opened if it has
    /// to be. It may have no stream to spare, if none has.
    ///
    /// # Errors
    ///
    /// If it can't be opened; all that waited for it hear the same.
    pub(crate) async fn find(
        &self,
        place: usize,
        dial: &Dial,
        slot: &Slot,
    ) -> Result<Found, Failure> {
        loop {
            if self.chose_http1.get() {
                // A connection for each slot: they need not wait for each other.
                return self.open(&self.seat(place), dial, slot).await;
            }
            let seat = self.seat(place);
            if let Some(connection) = seat.usable() {
                return Ok(Found::Shared(connection));
            }
            if !seat.opening.get() {
                let _opening = Opening::begin(&seat);
                let opened = self.open(&seat, dial, slot).await;
                if let Err(failure) = &opened {
                    let (times, _) = seat.failed.get();
                    seat.failed.set((times + 1, Some(*failure)));
                }
                return opened;
            }
            let (before, _) = seat.failed.get();
            seat.changed.notified().await;
            if let (times, Some(failure)) = seat.failed.get()
                && times > before
            {
                return Err(failure);
            }
        }
    }

    /// Opens a connection outside of the pool.
    pub(crate) async fn open_alone(&self, dial: &Dial, slot: &Slot) -> Result<Found, Failure> {
        self.open(&Seat::default(), dial, slot).await
    }

    /// The seat whose connection a slot uses: its own; if that has no stream left, one that has; and
    /// if none has, one where a connection is missing.
    fn seat(&self, place: usize) -> Rc<Seat> {
        self.slots.set(self.slots.get().max(place + 1));
        let mut seats = self.seats.borrow_mut();
        let own = place % seats.len();
        if !seats[own].is_full() {
            return seats[own].clone();
        }
        let (before, after) = seats.split_at(own);
        let mut others = after.iter().chain(before);
        if let Some(other) = others.find(|seat| !seat.is_full()) {
            return other.clone();
        }
        // A target may allow no stream at all, however many connections there are.
        if self.sharing.connections.is_none() && seats.len() < self.slots.get() {
            seats.push(Rc::default());
            return seats[seats.len() - 1].clone();
        }
        seats[own].clone()
    }

    async fn open(&self, seat: &Seat, dial: &Dial, slot: &Slot) -> Result<Found, Failure> {
        let opened = dial.open(slot).await.map_err(fault::of_connection)?;
        if !self.speaks_http2(&opened, dial)? {
            self.chose_http1.set(true);
            let own = Connection::handshake(opened, slot).await?;
            return Ok(Found::Own(Box::new(own)));
        }
        self.chose_http1.set(false);
        let Sharing { windows, .. } = self.sharing;
        let connection =
            h2::Connection::handshake(opened, windows, self.scratch.clone(), slot).await?;
        *seat.connection.borrow_mut() = Some(connection.clone());
        Ok(Found::Shared(connection))
    }

    fn speaks_http2(&self, opened: &Opened, dial: &Dial) -> Result<bool, Failure> {
        let chosen = opened.stream.alpn();
        match self.sharing.version {
            HttpVersion::Auto => Ok(chosen == Some(b"h2")),
            HttpVersion::Http1 => Ok(false),
            HttpVersion::Http2 if dial.is_tls() && chosen != Some(b"h2") => Err(h2::NOT_SPOKEN),
            HttpVersion::Http2 => Ok(true),
        }
    }

    /// Closes all connections, as soon as no hit is under way on them.
    pub(crate) async fn close(&self) {
        let open = |seat: &Rc<Seat>| seat.connection.borrow().clone();
        let connections: Vec<_> = self.seats.borrow().iter().filter_map(open).collect();
        connections.iter().for_each(|connection| connection.close());
        for connection in connections {
            connection.ended().await;
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for seat in self.seats.borrow().iter() {
            if let Some(connection) = &*seat.connection.borrow() {
                connection.close();
            }
        }
    }
}

impl Seat {
    fn usable(&self) -> Option<Rc<h2::Connection>> {
        let connection = self.connection.borrow();
        connection
            .as_ref()
            .filter(|connection| connection.is_usable())
            .cloned()
    }

    /// Whether there is a connection, and no stream to spare.
    fn is_full(&self) -> bool {
        let connection = self.connection.borrow();
        let is_full =
            |connection: &Rc<h2::Connection>| connection.is_usable() && !connection.has_room();
        connection.as_ref().is_some_and(is_full)
    }
}

/// While it lives, one slot opens the connection of a seat. Whatever comes of it, the others hear.
struct Opening<'a>(&'a Seat);

impl<'a> Opening<'a> {
    fn begin(seat: &'a Seat) -> Self {
        seat.opening.set(true);
        Self(seat)
    }
}

impl Drop for Opening<'_> {
    fn drop(&mut self) {
        self.0.opening.set(false);
        self.0.changed.notify_waiters();
    }
}
