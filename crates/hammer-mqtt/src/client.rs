//! A client: shared by the hits and the task of its connection.

use std::cell::{Cell, RefCell};
use std::task::{Context, Waker};

use hammer_core::{Failure, Hit, Peer};

use crate::config::MqttConfig;
use crate::connection::broker_connection::{
    BrokerConnection, DeliveryHeader, LostConnectionPackets,
};
use crate::connection::connection_terms::ConnectionTerms;
use crate::failures;
use crate::load::hit_waiter::HitPromise;
use crate::load::message_sequence::MessageSequence;
use crate::packet::connack::BrokerLimits;

/// The role of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientRole {
    /// Sends the packets of hits.
    Publisher,
    /// Receives messages; the number is that of the subscriber.
    Subscriber(u32),
}

/// A client of a worker, shared by the hits and the task that drives its connection.
pub(crate) struct MqttClient {
    /// The number among all clients of its role.
    pub(crate) number: u64,
    pub(crate) role: ClientRole,
    pub(crate) state: RefCell<ClientState>,
    /// The client id that the broker has chosen, if the client had none.
    pub(crate) assigned_id: RefCell<Option<String>>,
    /// The address of the connection, or of the last attempt.
    peer: Cell<Option<Peer>>,
    /// The attempts to connect so far.
    attempts: Cell<usize>,
    wake_pending: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

/// The state of a client.
#[derive(Default)]
pub(crate) struct ClientState {
    /// `None` while the client is not connected.
    pub(crate) connection: Option<BrokerConnection>,
    /// The packets that the last connection left unacknowledged.
    unacknowledged: Option<LostConnectionPackets>,
    pub(crate) sequence: MessageSequence,
}

/// The answers that will not come because their connection has ended.
#[derive(Debug, Default)]
pub(crate) struct LostWithConnection {
    /// True if a fence was unanswered.
    pub(crate) fence_pending: bool,
    /// The number of messages whose arrival is unknown.
    pub(crate) unconfirmed: u64,
}

impl MqttClient {
    pub(crate) fn new(number: u64, role: ClientRole) -> Self {
        Self {
            number,
            role,
            state: RefCell::default(),
            assigned_id: RefCell::default(),
            peer: Cell::new(None),
            attempts: Cell::new(0),
            wake_pending: Cell::new(false),
            waker: RefCell::new(None),
        }
    }

    /// The address of the connection, or of the last attempt.
    pub(crate) fn peer(&self) -> Option<Peer> {
        self.peer.get()
    }

    pub(crate) fn set_peer(&self, peer: Option<Peer>) {
        self.peer.set(peer);
    }

    /// The turn of the next attempt to connect, which chooses among several addresses of the broker.
    pub(crate) fn next_turn(&self) -> usize {
        let attempts = self.attempts.get();
        self.attempts.set(attempts + 1);
        self.number as usize + attempts
    }

    /// Submits a hit; `promise` gets its result.
    pub(crate) fn submit(
        &self,
        config: &MqttConfig,
        hit: &Hit,
        promise: HitPromise,
        header: Option<DeliveryHeader>,
    ) -> Result<(), Failure> {
        let mut state = self.state.borrow_mut();
        let ClientState {
            connection,
            sequence,
            ..
        } = &mut *state;
        let connection = connection.as_mut().ok_or(failures::NOT_CONNECTED)?;
        connection.submit(config, sequence, hit, promise, header)?;
        drop(state);
        self.wake_driver();
        Ok(())
    }

    /// Drops abandoned hits from the queue of the connection.
    pub(crate) fn drop_abandoned(&self) {
        if let Some(connection) = &mut self.state.borrow_mut().connection {
            connection.drop_abandoned();
        }
    }

    /// Wakes the task of the connection, at most once until it runs.
    pub(crate) fn wake_driver(&self) {
        if !self.wake_pending.replace(true)
            && let Some(waker) = &*self.waker.borrow()
        {
            waker.wake_by_ref();
        }
    }

    /// Registers the task of the connection, which runs now, for the next wake-up.
    pub(crate) fn begin_poll(&self, cx: &Context<'_>) {
        self.wake_pending.set(false);
        let mut waker = self.waker.borrow_mut();
        match &mut *waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
    }

    /// Returns true if there was a connection, whose session may resume.
    pub(crate) fn was_connected(&self) -> bool {
        self.state.borrow().unacknowledged.is_some()
    }

    /// Returns true if the client is connected.
    pub(crate) fn is_connected(&self) -> bool {
        self.state.borrow().connection.is_some()
    }

    /// Starts a connection with the limits of the broker. Packets in flight fail if the broker has
    /// no session of the client.
    pub(crate) fn set_connected(
        &self,
        config: &MqttConfig,
        limits: BrokerLimits,
        terms: ConnectionTerms,
    ) {
        let state = &mut *self.state.borrow_mut();
        let mut unacknowledged = state.unacknowledged.take();
        if !limits.session_present
            && let Some(lost) = unacknowledged.take()
        {
            state.sequence.record_unsent(lost.fail());
        }
        state.connection = Some(BrokerConnection::new(
            config,
            self.number,
            limits,
            terms,
            unacknowledged,
        ));
    }

    /// Ends the connection. Packets in flight fail unless the client sends them again, which it
    /// does not when `is_over`.
    pub(crate) fn set_disconnected(&self, failure: Failure, is_over: bool) -> LostWithConnection {
        let state = &mut *self.state.borrow_mut();
        let Some(mut connection) = state.connection.take() else {
            return LostWithConnection::default();
        };
        let resend = connection.resends() && !is_over;
        let lost = LostWithConnection {
            fence_pending: connection.has_pending_fence(),
            unconfirmed: connection.unconfirmed_messages(),
        };
        let (unacknowledged, unsent) = connection.close_failed(failure, resend);
        state.unacknowledged = Some(unacknowledged);
        state.sequence.record_unsent(unsent);
        lost
    }
}
