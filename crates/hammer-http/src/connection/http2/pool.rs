//! Pools of HTTP/2 connections that the slots of a worker share.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::Poll;
use std::time::Duration;

use hammer_core::{Failure, Slot};

use super::connection::Http2Connection;
use super::failures::H2_NOT_CHOSEN;
use super::pool_entry::{OpeningGuard, PoolEntry};
use crate::connection::http1::Http1Connection;
use crate::connection::lifetime::{ConnectionEnd, LifetimeLimits};
use crate::failures;
use crate::version::HttpVersion;
use hammer_net::{FirstAddress, OpenedConnection, PeerConnector};
use hammer_wire::http2::FlowControlWindows;

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

/// The time for opening the connections of other slots, in addition to that of opening them one after
/// the other.
const OTHERS_EXTRA_TIME: Duration = Duration::from_millis(200);

/// The pools of a worker, one for each origin.
#[derive(Default)]
pub(crate) struct WorkerPools {
    permanent: RefCell<HashMap<usize, Rc<Http2Pool>>>,
    transient: RefCell<HashMap<usize, Weak<Http2Pool>>>,
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
        let pool = Rc::new(Http2Pool::new(config, slot));
        if permanent.len() < MAX_PERMANENT_POOLS {
            permanent.insert(origin, pool.clone());
        } else {
            transient.retain(|_, pool| pool.strong_count() > 0);
            transient.insert(origin, Rc::downgrade(&pool));
        }
        pool
    }
}

impl Drop for WorkerPools {
    /// Ends the connections that no slot has closed, at the end of the run.
    fn drop(&mut self) {
        for pool in self.permanent.borrow().values() {
            pool.close_as(ConnectionEnd::Planned);
        }
    }
}

/// A connection acquired for a slot.
pub(crate) enum PooledConnection {
    /// HTTP/2, shared with other slots.
    Http2(Rc<Http2Connection>),
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
    /// True once the first slot has begun to open the connections of other slots.
    opened_others: Cell<bool>,
}

impl Http2Pool {
    fn new(config: Http2PoolConfig, slot: &Slot) -> Self {
        let (workers, worker) = (slot.workers(), slot.worker());
        let share = |total: usize| total / workers + usize::from(worker < total % workers);
        // Each worker needs at least one.
        let entries = config.connections.map_or(1, share).max(1);
        Self {
            config,
            entries: RefCell::new((0..entries).map(PoolEntry::numbered).map(Rc::new).collect()),
            slot_count: Cell::new(0),
            chose_http1: Cell::new(false),
            opened_others: Cell::new(false),
        }
    }

    pub(crate) fn lifetime(&self) -> Option<&LifetimeLimits> {
        self.config.lifetime.as_ref()
    }

    /// Reports whether the number of connections is a setting, rather than as many as hits need.
    pub(crate) fn limits_connections(&self) -> bool {
        self.config.connections.is_some()
    }

    /// Records that the slot of this index in its worker uses the pool.
    pub(crate) fn add_slot(&self, index: usize) {
        self.slot_count.set(self.slot_count.get().max(index + 1));
    }

    /// Returns true once: the caller then opens the connections of other slots, too.
    pub(crate) fn begin_opening_others(&self) -> bool {
        !self.opened_others.replace(true)
    }

    /// Opens all connections but the first, which took `first_opening`.
    ///
    /// A connection that is not open in time is left to the first hit that needs it.
    pub(crate) async fn open_others(
        &self,
        first_opening: Duration,
        connector: &PeerConnector,
        slot: &Slot,
    ) {
        let others = 1..self.entries.borrow().len();
        if others.is_empty() {
            return;
        }
        // The time to open them one after the other, and some more.
        let limit = first_opening * others.len() as u32 + OTHERS_EXTRA_TIME;
        let open = async |index| {
            let slot = slot.with_separate_phases();
            if let Ok(PooledConnection::Http2(connection)) =
                self.acquire(index, connector, &slot).await
            {
                connection.discard_opening_traffic();
            }
        };
        let mut openings: Vec<_> = others.map(|index| Box::pin(open(index))).collect();
        let all_open = poll_fn(|cx| {
            openings.retain_mut(|opening| opening.as_mut().poll(cx).is_pending());
            if openings.is_empty() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        // On a timeout, the guards of the openings wake the hits that wait for them.
        let _ = tokio::time::timeout(limit, all_open).await;
    }

    /// Acquires a connection for the slot with this turn in its worker, opened if necessary.
    ///
    /// The connection may have no free stream if no connection has one.
    ///
    /// # Errors
    ///
    /// If it cannot be opened. All slots that waited for it get the same failure.
    pub(crate) async fn acquire(
        &self,
        turn: usize,
        connector: &PeerConnector,
        slot: &Slot,
    ) -> Result<PooledConnection, Failure> {
        loop {
            if self.chose_http1.get() {
                // Each slot has its own connection, so there is nothing to wait for.
                let entry = self.choose_entry(turn);
                return self
                    .open(&entry, entry.first_address(slot), connector, slot)
                    .await;
            }
            let entry = self.choose_entry(turn);
            if let Some(connection) = entry.usable() {
                slot.end_steps();
                return Ok(PooledConnection::Http2(connection));
            }
            if !entry.is_opening() {
                let _opening = OpeningGuard::begin(&entry, slot);
                let first = entry.first_address(slot);
                let opened = self.open(&entry, first, connector, slot).await;
                slot.end_steps();
                if let Err(failure) = &opened {
                    entry.record_failure(*failure, slot);
                }
                return opened;
            }
            entry
                .wait_for_opening(|| self.chose_http1.get(), slot)
                .await?;
            slot.mark("connection_wait");
        }
    }

    /// Opens a connection outside the pool, for one hit.
    pub(crate) async fn open_unpooled(
        &self,
        connector: &PeerConnector,
        slot: &Slot,
    ) -> Result<PooledConnection, Failure> {
        let entry = PoolEntry::default();
        let opened = self
            .open(&entry, FirstAddress::OfSlot, connector, slot)
            .await?;
        if let PooledConnection::Http2(connection) = &opened {
            connection.make_exclusive();
        }
        Ok(opened)
    }

    /// Chooses the entry for the slot with this turn: its own, else one with a free stream, else a new one.
    fn choose_entry(&self, turn: usize) -> Rc<PoolEntry> {
        let mut entries = self.entries.borrow_mut();
        let own = turn % entries.len();
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
            let entry = Rc::new(PoolEntry::numbered(entries.len()));
            entries.push(entry.clone());
            return entry;
        }
        entries[own].clone()
    }

    async fn open(
        &self,
        entry: &PoolEntry,
        first: FirstAddress,
        connector: &PeerConnector,
        slot: &Slot,
    ) -> Result<PooledConnection, Failure> {
        let opened = connector
            .open(slot, first)
            .await
            .map_err(failures::connection_failure)?;
        self.spread_over(connector.address_count(), slot);
        if !self.speaks_http2(&opened, connector)? {
            self.chose_http1.set(true);
            let own = Http1Connection::new(opened, slot);
            return Ok(PooledConnection::Http1(Box::new(own)));
        }
        self.chose_http1.set(false);
        let Http2PoolConfig { windows, .. } = self.config;
        let connection = Http2Connection::handshake(opened, windows, slot).await?;
        entry.set_connection(connection.clone());
        Ok(PooledConnection::Http2(connection))
    }

    /// Shares hits evenly over `addresses`: over one connection to each, or over the connections that
    /// were set.
    fn spread_over(&self, addresses: usize, slot: &Slot) {
        if addresses < 2 {
            return;
        }
        let mut entries = self.entries.borrow_mut();
        let lanes = match self.config.connections {
            Some(_) => entries.len(),
            None => {
                while entries.len() < addresses {
                    let entry = PoolEntry::numbered(entries.len());
                    entries.push(Rc::new(entry));
                }
                addresses
            }
        };
        // In a closed loop, slots do not take turns, and each has its connection.
        let _ = slot.spread_over(lanes);
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
            HttpVersion::Http2 if connector.is_tls() && chosen != Some(b"h2") => Err(H2_NOT_CHOSEN),
            HttpVersion::Http2 => Ok(true),
        }
    }

    /// Closes all connections once no hit is in flight on them.
    pub(crate) async fn close(&self) {
        let entries = self.entries.borrow().clone();
        let connections: Vec<_> = entries.iter().filter_map(|one| one.connection()).collect();
        connections.iter().for_each(|connection| connection.close());
        for connection in connections {
            connection.ended().await;
        }
    }

    /// Closes all connections once no hit is in flight on them, and counts now how they end.
    fn close_as(&self, end: ConnectionEnd) {
        for entry in self.entries.borrow().iter() {
            if let Some(connection) = entry.connection() {
                connection.close_as(end);
            }
        }
    }
}

impl Drop for Http2Pool {
    /// Closes the connections that no slot uses any more.
    fn drop(&mut self) {
        self.close_as(ConnectionEnd::Dropped);
    }
}
