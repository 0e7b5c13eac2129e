//! The HTTP/2 connections that the slots of a worker share.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use hammer_core::{Failure, Slot};
use tokio::sync::Notify;

use crate::connection::http1::Http1Connection;
use hammer_net::{OpenedConnection, PeerConnector};

use crate::connection::lifetime::LifetimeLimits;
use crate::failures;
use crate::h2::{self, FlowControlWindows, SharedReadBuffer};
use crate::version::HttpVersion;

/// What a worker needs to know about the connections of its slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Http2PoolConfig {
    pub(crate) version: HttpVersion,
    /// How many connections there are in the run; as many as it takes, if none.
    pub(crate) connections: Option<usize>,
    pub(crate) windows: FlowControlWindows,
    pub(crate) lifetime: Option<LifetimeLimits>,
}

impl Http2PoolConfig {
    /// Whether slots may share connections of `dial`.
    pub(crate) fn applies_to(&self, dial: &PeerConnector) -> bool {
        match self.version {
            HttpVersion::Auto => dial.is_tls(),
            HttpVersion::Http1 => false,
            // A proxy that reads the requests does not know that a target knows HTTP/2.
            HttpVersion::Http2 => dial.forward_proxy_headers().is_none(),
        }
    }
}

/// So many origins' connections stay as long as the run lasts; those to others as long as a slot uses
/// them.
const MAX_PERMANENT_POOLS: usize = 64;

/// The pools of a worker, one for each origin.
#[derive(Default)]
pub(crate) struct WorkerPools {
    permanent: RefCell<HashMap<usize, Rc<Http2Pool>>>,
    transient: RefCell<HashMap<usize, Weak<Http2Pool>>>,
    scratch: SharedReadBuffer,
}

impl WorkerPools {
    /// The pool for the origin of this number.
    pub(crate) fn pool_for(
        &self,
        origin: usize,
        config: Http2PoolConfig,
        slot: &Slot,
    ) -> Rc<Http2Pool> {
        let mut staying = self.permanent.borrow_mut();
        let mut others = self.transient.borrow_mut();
        let other = || others.get(&origin).and_then(Weak::upgrade);
        if let Some(known) = staying.get(&origin).cloned().or_else(other) {
            return known;
        }
        let pool = Rc::new(Http2Pool::new(config, self.scratch.clone(), slot));
        if staying.len() < MAX_PERMANENT_POOLS {
            staying.insert(origin, pool.clone());
        } else {
            others.retain(|_, pool| pool.strong_count() > 0);
            others.insert(origin, Rc::downgrade(&pool));
        }
        pool
    }
}

/// A connection for a slot.
pub(crate) enum PooledConnection {
    /// Of HTTP/2, which others use as well.
    Http2(Rc<h2::Http2Connection>),
    /// Of HTTP/1.1, since that is what the target chose.
    Http1(Box<Http1Connection>),
}

/// The connections of a worker, each in a seat: one slot at a time opens it, and whoever else needs it
/// waits for that.
pub(crate) struct Http2Pool {
    config: Http2PoolConfig,
    entries: RefCell<Vec<Rc<PoolEntry>>>,
    /// One more than the last place that asked: nobody needs more connections than slots.
    slot_count: Cell<usize>,
    /// Whether the target chose HTTP/1.1 when it was last asked.
    chose_http1: Cell<bool>,
    scratch: SharedReadBuffer,
}

#[derive(Default)]
struct PoolEntry {
    connection: RefCell<Option<Rc<h2::Http2Connection>>>,
    opening: Cell<bool>,
    /// How often it could not be opened, and why not the last time.
    failures: Cell<(u64, Option<Failure>)>,
    changed: Notify,
}

impl Http2Pool {
    fn new(config: Http2PoolConfig, scratch: SharedReadBuffer, slot: &Slot) -> Self {
        let (workers, worker) = (slot.workers(), slot.worker());
        let of_this_worker = |all: usize| all / workers + usize::from(worker < all % workers);
        // Each worker needs one.
        let seats = config.connections.map_or(1, of_this_worker).max(1);
        Self {
            config,
            entries: RefCell::new((0..seats).map(|_| Rc::default()).collect()),
            slot_count: Cell::new(0),
            chose_http1: Cell::new(false),
            scratch,
        }
    }

    pub(crate) fn lifetime(&self) -> Option<&LifetimeLimits> {
        self.config.lifetime.as_ref()
    }

    /// How many connections there are to be by now.
    pub(crate) fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// A connection for the slot whose place among those of its worker is `place`, opened if it has
    /// to be. It may have no stream to spare, if none has.
    ///
    /// # Errors
    ///
    /// If it can't be opened; all that waited for it hear the same.
    pub(crate) async fn acquire(
        &self,
        place: usize,
        dial: &PeerConnector,
        slot: &Slot,
    ) -> Result<PooledConnection, Failure> {
        loop {
            if self.chose_http1.get() {
                // A connection for each slot: they need not wait for each other.
                return self.open(&self.choose_entry(place), dial, slot).await;
            }
            let seat = self.choose_entry(place);
            if let Some(connection) = seat.usable() {
                return Ok(PooledConnection::Http2(connection));
            }
            if !seat.opening.get() {
                let _opening = OpeningGuard::begin(&seat);
                let opened = self.open(&seat, dial, slot).await;
                if let Err(failure) = &opened {
                    let (times, _) = seat.failures.get();
                    seat.failures.set((times + 1, Some(*failure)));
                }
                return opened;
            }
            let (before, _) = seat.failures.get();
            seat.changed.notified().await;
            if let (times, Some(failure)) = seat.failures.get()
                && times > before
            {
                return Err(failure);
            }
        }
    }

    /// Opens a connection outside of the pool.
    pub(crate) async fn open_unpooled(
        &self,
        dial: &PeerConnector,
        slot: &Slot,
    ) -> Result<PooledConnection, Failure> {
        self.open(&PoolEntry::default(), dial, slot).await
    }

    /// The seat whose connection a slot uses: its own; if that has no stream left, one that has; and
    /// if none has, one where a connection is missing.
    fn choose_entry(&self, place: usize) -> Rc<PoolEntry> {
        self.slot_count.set(self.slot_count.get().max(place + 1));
        let mut seats = self.entries.borrow_mut();
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
        if self.config.connections.is_none() && seats.len() < self.slot_count.get() {
            seats.push(Rc::default());
            return seats[seats.len() - 1].clone();
        }
        seats[own].clone()
    }

    async fn open(
        &self,
        entry: &PoolEntry,
        dial: &PeerConnector,
        slot: &Slot,
    ) -> Result<PooledConnection, Failure> {
        let opened = dial
            .open(slot)
            .await
            .map_err(failures::connection_failure)?;
        if !self.speaks_http2(&opened, dial)? {
            self.chose_http1.set(true);
            let own = Http1Connection::handshake(opened, slot).await?;
            return Ok(PooledConnection::Http1(Box::new(own)));
        }
        self.chose_http1.set(false);
        let Http2PoolConfig { windows, .. } = self.config;
        let connection =
            h2::Http2Connection::handshake(opened, windows, self.scratch.clone(), slot).await?;
        *entry.connection.borrow_mut() = Some(connection.clone());
        Ok(PooledConnection::Http2(connection))
    }

    fn speaks_http2(
        &self,
        opened: &OpenedConnection,
        dial: &PeerConnector,
    ) -> Result<bool, Failure> {
        let chosen = opened.stream.alpn();
        match self.config.version {
            HttpVersion::Auto => Ok(chosen == Some(b"h2")),
            HttpVersion::Http1 => Ok(false),
            HttpVersion::Http2 if dial.is_tls() && chosen != Some(b"h2") => Err(h2::H2_NOT_SPOKEN),
            HttpVersion::Http2 => Ok(true),
        }
    }

    /// Closes all connections, as soon as no hit is under way on them.
    pub(crate) async fn close(&self) {
        let open = |seat: &Rc<PoolEntry>| seat.connection.borrow().clone();
        let connections: Vec<_> = self.entries.borrow().iter().filter_map(open).collect();
        connections.iter().for_each(|connection| connection.close());
        for connection in connections {
            connection.ended().await;
        }
    }
}

impl Drop for Http2Pool {
    fn drop(&mut self) {
        for seat in self.entries.borrow().iter() {
            if let Some(connection) = &*seat.connection.borrow() {
                connection.close();
            }
        }
    }
}

impl PoolEntry {
    fn usable(&self) -> Option<Rc<h2::Http2Connection>> {
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
            |connection: &Rc<h2::Http2Connection>| connection.is_usable() && !connection.has_room();
        connection.as_ref().is_some_and(is_full)
    }
}

/// While it lives, one slot opens the connection of a seat. Whatever comes of it, the others hear.
struct OpeningGuard<'a>(&'a PoolEntry);

impl<'a> OpeningGuard<'a> {
    fn begin(entry: &'a PoolEntry) -> Self {
        entry.opening.set(true);
        Self(entry)
    }
}

impl Drop for OpeningGuard<'_> {
    fn drop(&mut self) {
        self.0.opening.set(false);
        self.0.changed.notify_waiters();
    }
}
