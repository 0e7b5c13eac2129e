//! Pools of HTTP/2 connections that the slots of a worker share.

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

/// The settings of the pools of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Http2PoolConfig {
    pub(crate) version: HttpVersion,
    /// Number of connections in the run; `None` opens them on demand.
    pub(crate) connections: Option<usize>,
    pub(crate) windows: FlowControlWindows,
    pub(crate) lifetime: Option<LifetimeLimits>,
}

impl Http2PoolConfig {
    /// Reports whether slots may share connections of this connector.
    pub(crate) fn applies_to(&self, connector: &PeerConnector) -> bool {
        match self.version {
            HttpVersion::Auto => connector.is_tls(),
            HttpVersion::Http1 => false,
            // A forwarding proxy reads requests itself, as HTTP/1.1.
            HttpVersion::Http2 => connector.forward_proxy_headers().is_none(),
        }
    }
}

/// Maximum number of origins whose pools last for the whole run; pools of further origins last
/// while in use.
const MAX_PERMANENT_POOLS: usize = 64;

/// The pools of a worker, one for each origin.
#[derive(Default)]
pub(crate) struct WorkerPools {
    permanent: RefCell<HashMap<usize, Rc<Http2Pool>>>,
    transient: RefCell<HashMap<usize, Weak<Http2Pool>>>,
    scratch: SharedReadBuffer,
}

impl WorkerPools {
    /// Returns the pool for the origin of this number, created if necessary.
    pub(crate) fn pool_for(
        &self,
        origin: usize,
        config: Http2PoolConfig,
        slot: &Slot,
    ) -> Rc<Http2Pool> {
        let mut permanent = self.permanent.borrow_mut();
        let mut transient = self.transient.borrow_mut();
        let in_use = || transient.get(&origin).and_then(Weak::upgrade);
        if let Some(known) = permanent.get(&origin).cloned().or_else(in_use) {
            return known;
        }
        let pool = Rc::new(Http2Pool::new(config, self.scratch.clone(), slot));
        if permanent.len() < MAX_PERMANENT_POOLS {
            permanent.insert(origin, pool.clone());
        } else {
            transient.retain(|_, pool| pool.strong_count() > 0);
            transient.insert(origin, Rc::downgrade(&pool));
        }
        pool
    }
}

/// A connection acquired for a slot.
pub(crate) enum PooledConnection {
    /// HTTP/2, shared with other slots.
    Http2(Rc<h2::Http2Connection>),
    /// HTTP/1.1, which the target chose.
    Http1(Box<Http1Connection>),
}

/// The connections of a worker to one origin.
///
/// One slot at a time opens the connection of an entry; other slots that need it wait.
pub(crate) struct Http2Pool {
    config: Http2PoolConfig,
    entries: RefCell<Vec<Rc<PoolEntry>>>,
    /// One more than the highest slot index seen; bounds the number of connections.
    slot_count: Cell<usize>,
    /// True if the target chose HTTP/1.1 for the last connection.
    chose_http1: Cell<bool>,
    scratch: SharedReadBuffer,
}

/// A place for one connection.
#[derive(Default)]
struct PoolEntry {
    connection: RefCell<Option<Rc<h2::Http2Connection>>>,
    opening: Cell<bool>,
    /// Number of failed attempts to open the connection, and the last failure.
    failures: Cell<(u64, Option<Failure>)>,
    changed: Notify,
}

impl Http2Pool {
    fn new(config: Http2PoolConfig, scratch: SharedReadBuffer, slot: &Slot) -> Self {
        let (workers, worker) = (slot.workers(), slot.worker());
        let share = |total: usize| total / workers + usize::from(worker < total % workers);
        // Each worker needs at least one.
        let entries = config.connections.map_or(1, share).max(1);
        Self {
            config,
            entries: RefCell::new((0..entries).map(|_| Rc::default()).collect()),
            slot_count: Cell::new(0),
            chose_http1: Cell::new(false),
            scratch,
        }
    }

    pub(crate) fn lifetime(&self) -> Option<&LifetimeLimits> {
        self.config.lifetime.as_ref()
    }

    /// Number of entries, open or not.
    pub(crate) fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Acquires a connection for the slot with this index in its worker, opened if necessary.
    ///
    /// The connection may have no free stream if no connection has one.
    ///
    /// # Errors
    ///
    /// If it cannot be opened. All slots that waited for it get the same failure.
    pub(crate) async fn acquire(
        &self,
        index: usize,
        connector: &PeerConnector,
        slot: &Slot,
    ) -> Result<PooledConnection, Failure> {
        loop {
            if self.chose_http1.get() {
                // Each slot has its own connection, so there is nothing to wait for.
                return self.open(&self.choose_entry(index), connector, slot).await;
            }
            let entry = self.choose_entry(index);
            if let Some(connection) = entry.usable() {
                return Ok(PooledConnection::Http2(connection));
            }
            if !entry.opening.get() {
                let _opening = OpeningGuard::begin(&entry);
                let opened = self.open(&entry, connector, slot).await;
                if let Err(failure) = &opened {
                    let (count, _) = entry.failures.get();
                    entry.failures.set((count + 1, Some(*failure)));
                }
                return opened;
            }
            let (count_before, _) = entry.failures.get();
            entry.changed.notified().await;
            if let (count, Some(failure)) = entry.failures.get()
                && count > count_before
            {
                return Err(failure);
            }
        }
    }

    /// Opens a connection outside the pool.
    pub(crate) async fn open_unpooled(
        &self,
        connector: &PeerConnector,
        slot: &Slot,
    ) -> Result<PooledConnection, Failure> {
        self.open(&PoolEntry::default(), connector, slot).await
    }

    /// Chooses the entry for a slot: its own, else one with a free stream, else a new one.
    fn choose_entry(&self, index: usize) -> Rc<PoolEntry> {
        self.slot_count.set(self.slot_count.get().max(index + 1));
        let mut entries = self.entries.borrow_mut();
        let own = index % entries.len();
        if !entries[own].is_full() {
            return entries[own].clone();
        }
        let (before, after) = entries.split_at(own);
        let mut others = after.iter().chain(before);
        if let Some(other) = others.find(|entry| !entry.is_full()) {
            return other.clone();
        }
        // Bounded by the slots, since a target may allow no streams at all.
        if self.config.connections.is_none() && entries.len() < self.slot_count.get() {
            entries.push(Rc::default());
            return entries[entries.len() - 1].clone();
        }
        entries[own].clone()
    }

    async fn open(
        &self,
        entry: &PoolEntry,
        connector: &PeerConnector,
        slot: &Slot,
    ) -> Result<PooledConnection, Failure> {
        let opened = connector
            .open(slot)
            .await
            .map_err(failures::connection_failure)?;
        if !self.speaks_http2(&opened, connector)? {
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
        connector: &PeerConnector,
    ) -> Result<bool, Failure> {
        let chosen = opened.stream.alpn();
        match self.config.version {
            HttpVersion::Auto => Ok(chosen == Some(b"h2")),
            HttpVersion::Http1 => Ok(false),
            HttpVersion::Http2 if connector.is_tls() && chosen != Some(b"h2") => {
                Err(h2::H2_NOT_SPOKEN)
            }
            HttpVersion::Http2 => Ok(true),
        }
    }

    /// Closes all connections once no hit is in flight on them.
    pub(crate) async fn close(&self) {
        let open = |entry: &Rc<PoolEntry>| entry.connection.borrow().clone();
        let connections: Vec<_> = self.entries.borrow().iter().filter_map(open).collect();
        connections.iter().for_each(|connection| connection.close());
        for connection in connections {
            connection.ended().await;
        }
    }
}

impl Drop for Http2Pool {
    fn drop(&mut self) {
        for entry in self.entries.borrow().iter() {
            if let Some(connection) = &*entry.connection.borrow() {
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

    /// Reports whether the entry has a connection without a free stream.
    fn is_full(&self) -> bool {
        let connection = self.connection.borrow();
        let is_full =
            |connection: &Rc<h2::Http2Connection>| connection.is_usable() && !connection.has_room();
        connection.as_ref().is_some_and(is_full)
    }
}

/// Marks an entry as being opened; on drop, wakes the slots that wait for it.
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
