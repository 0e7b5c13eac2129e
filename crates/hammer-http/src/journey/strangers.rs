use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use hammer_core::Failure;

use crate::fault;
use crate::url::Url;
use hammer_net::Dial;
use hammer_net::Dialer;
use hammer_net::Host;

/// So many hosts that redirects lead to are remembered by a worker.
const MAX_STRANGERS: usize = 64;

/// The origins that redirects lead to and that are no targets, as a worker knows them.
pub(super) struct Strangers {
    known: RefCell<VecDeque<Stranger>>,
    next: Cell<usize>,
}

struct Stranger {
    /// Its number, which no other origin gets.
    number: usize,
    tls: bool,
    host: Host,
    port: u16,
    dial: Rc<Dial>,
}

impl Strangers {
    /// Numbers those to come from `origins` on.
    pub(super) fn after(origins: usize) -> Self {
        Self {
            known: RefCell::default(),
            next: Cell::new(origins),
        }
    }

    /// The number of the origin of `url`.
    pub(super) fn number(&self, url: &Url, dialer: &Dialer) -> Result<usize, Failure> {
        let mut known = self.known.borrow_mut();
        let same =
            |one: &&Stranger| (one.tls, &one.host, one.port) == (url.tls, &url.host, url.port);
        if let Some(stranger) = known.iter().find(same) {
            return Ok(stranger.number);
        }
        let dial = dialer.to(&url.peer()).map_err(|error| {
            tracing::debug!(%error, "no way to where a redirect leads");
            fault::MALFORMED_REDIRECT
        })?;
        if known.len() == MAX_STRANGERS {
            known.pop_front();
        }
        let number = self.next.replace(self.next.get() + 1);
        known.push_back(Stranger {
            number,
            tls: url.tls,
            host: url.host.clone(),
            port: url.port,
            dial: Rc::new(dial),
        });
        Ok(number)
    }

    /// What opens the connections to the origin of this number.
    pub(super) fn dial(&self, number: usize) -> Option<Rc<Dial>> {
        let known = self.known.borrow();
        let found = known.iter().find(|stranger| stranger.number == number);
        found.map(|stranger| stranger.dial.clone())
    }
}
