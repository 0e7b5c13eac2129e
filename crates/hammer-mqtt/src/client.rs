use std::cell::{Cell, RefCell};
use std::task::{Context, Waker};

use hammer_core::{Failure, Hit};

use crate::config::Config;
use crate::delivery::Numbers;
use crate::fault;
use crate::link::{Head, Link, Unfinished};
use crate::packet::connack::Limits;
use crate::ticket::Receipt;

/// What a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Hits go through it.
    Publisher,
    /// It gets what others publish.
    Subscriber(u32),
}

/// A client of a worker: the place where hits meet the task that drives its connection.
pub(crate) struct Client {
    /// Its number among all clients of its role.
    pub(crate) number: u64,
    pub(crate) role: Role,
    pub(crate) state: RefCell<State>,
    rung: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

/// What a client has.
#[derive(Default)]
pub(crate) struct State {
    /// None while there is no connection.
    pub(crate) link: Option<Link>,
    /// What the last connection has left.
    unfinished: Option<Unfinished>,
    pub(crate) numbers: Numbers,
}

impl Client {
    pub(crate) fn new(number: u64, role: Role) -> Self {
        Self {
            number,
            role,
            state: RefCell::default(),
            rung: Cell::new(false),
            waker: RefCell::new(None),
        }
    }

    /// Does what the run is made of for a hit, whose end `receipt` will hear of.
    pub(crate) fn offer(
        &self,
        config: &Config,
        hit: &Hit,
        receipt: Receipt,
        head: Option<Head>,
    ) -> Result<(), Failure> {
        let mut state = self.state.borrow_mut();
        let State { link, numbers, .. } = &mut *state;
        let link = link.as_mut().ok_or(fault::NOT_CONNECTED)?;
        link.offer(config, numbers, hit, receipt, head)?;
        drop(state);
        self.ring();
        Ok(())
    }

    /// A hit of this client was given up.
    pub(crate) fn given_up(&self) {
        if let Some(link) = &mut self.state.borrow_mut().link {
            link.forget_given_up();
        }
    }

    /// Has the task look at the connection, once however often it is asked before it does.
    pub(crate) fn ring(&self) {
        if !self.rung.replace(true)
            && let Some(waker) = &*self.waker.borrow()
        {
            waker.wake_by_ref();
        }
    }

    /// The task looks now, and is to be woken for the next time.
    pub(crate) fn looks(&self, cx: &Context<'_>) {
        self.rung.set(false);
        let mut waker = self.waker.borrow_mut();
        match &mut *waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
    }

    /// Whether there was a connection, whose session may go on.
    pub(crate) fn was_up(&self) -> bool {
        self.state.borrow().unfinished.is_some()
    }

    /// Whether there is a connection.
    pub(crate) fn is_up(&self) -> bool {
        self.state.borrow().link.is_some()
    }

    /// There is a connection, on which the broker allows this.
    pub(crate) fn up(&self, config: &Config, limits: Limits) {
        let state = &mut *self.state.borrow_mut();
        let unfinished = state.unfinished.take();
        state.link = Some(Link::new(config, self.number, limits, unfinished));
    }

    /// There is no connection any more. What was in flight on it has ended, unless that is to be
    /// sent again on the next one. Tells whether the end of the run waited for something.
    pub(crate) fn down(&self, failure: Failure, resend: bool) -> bool {
        let state = &mut *self.state.borrow_mut();
        let Some(mut link) = state.link.take() else {
            return false;
        };
        let fenced = link.is_fenced();
        state.unfinished = Some(link.fail(failure, resend));
        fenced
    }
}
