use std::cell::{Cell, RefCell};
use std::task::{Context, Waker};

use hammer_core::{Failure, Hit};

use crate::broker_connection::{BrokerConnection, DeliveryHeader, UnacknowledgedPackets};
use crate::config::MqttConfig;
use crate::delivery::MessageSequence;
use crate::failures;
use crate::hit_waiter::HitPromise;
use crate::packet::connack::BrokerLimits;

/// What a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientRole {
    /// Hits go through it.
    Publisher,
    /// It gets what others publish.
    Subscriber(u32),
}

/// A client of a worker: the place where hits meet the task that drives its connection.
pub(crate) struct MqttClient {
    /// Its number among all clients of its role.
    pub(crate) number: u64,
    pub(crate) role: ClientRole,
    pub(crate) state: RefCell<ClientState>,
    wake_pending: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

/// What a client has.
#[derive(Default)]
pub(crate) struct ClientState {
    /// None while there is no connection.
    pub(crate) connection: Option<BrokerConnection>,
    /// What the last connection has left.
    unacknowledged: Option<UnacknowledgedPackets>,
    pub(crate) sequence: MessageSequence,
}

impl MqttClient {
    pub(crate) fn new(number: u64, role: ClientRole) -> Self {
        Self {
            number,
            role,
            state: RefCell::default(),
            wake_pending: Cell::new(false),
            waker: RefCell::new(None),
        }
    }

    /// Does what the run is made of for a hit, whose end `receipt` will hear of.
    pub(crate) fn submit(
        &self,
        config: &MqttConfig,
        hit: &Hit,
        receipt: HitPromise,
        head: Option<DeliveryHeader>,
    ) -> Result<(), Failure> {
        let mut state = self.state.borrow_mut();
        let ClientState {
            connection: link,
            sequence: numbers,
            ..
        } = &mut *state;
        let link = link.as_mut().ok_or(failures::NOT_CONNECTED)?;
        link.submit(config, numbers, hit, receipt, head)?;
        drop(state);
        self.wake_driver();
        Ok(())
    }

    /// A hit of this client was given up.
    pub(crate) fn drop_abandoned(&self) {
        if let Some(link) = &mut self.state.borrow_mut().connection {
            link.drop_abandoned();
        }
    }

    /// Has the task look at the connection, once however often it is asked before it does.
    pub(crate) fn wake_driver(&self) {
        if !self.wake_pending.replace(true)
            && let Some(waker) = &*self.waker.borrow()
        {
            waker.wake_by_ref();
        }
    }

    /// The task looks now, and is to be woken for the next time.
    pub(crate) fn begin_poll(&self, cx: &Context<'_>) {
        self.wake_pending.set(false);
        let mut waker = self.waker.borrow_mut();
        match &mut *waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
    }

    /// Whether there was a connection, whose session may go on.
    pub(crate) fn was_connected(&self) -> bool {
        self.state.borrow().unacknowledged.is_some()
    }

    /// Whether there is a connection.
    pub(crate) fn is_connected(&self) -> bool {
        self.state.borrow().connection.is_some()
    }

    /// There is a connection, on which the broker allows this.
    pub(crate) fn set_connected(&self, config: &MqttConfig, limits: BrokerLimits) {
        let state = &mut *self.state.borrow_mut();
        let unfinished = state.unacknowledged.take();
        state.connection = Some(BrokerConnection::new(
            config,
            self.number,
            limits,
            unfinished,
        ));
    }

    /// There is no connection any more. What was in flight on it has ended, unless that is to be
    /// sent again on the next one. Tells whether the end of the run waited for something.
    pub(crate) fn set_disconnected(&self, failure: Failure, resend: bool) -> bool {
        let state = &mut *self.state.borrow_mut();
        let Some(mut link) = state.connection.take() else {
            return false;
        };
        let fenced = link.has_pending_fence();
        state.unacknowledged = Some(link.close_failed(failure, resend));
        fenced
    }
}
