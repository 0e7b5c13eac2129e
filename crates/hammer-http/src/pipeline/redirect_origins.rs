use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use hammer_core::Failure;

use crate::failures;
use crate::url::HttpUrl;
use hammer_net::ConnectorFactory;
use hammer_net::PeerConnector;
use hammer_net::UrlHost;

/// So many hosts that redirects lead to are remembered by a worker.
const MAX_REDIRECT_ORIGINS: usize = 64;

/// The origins that redirects lead to and that are no targets, as a worker knows them.
pub(super) struct RedirectOrigins {
    known: RefCell<VecDeque<KnownOrigin>>,
    next: Cell<usize>,
}

struct KnownOrigin {
    /// Its number, which no other origin gets.
    number: usize,
    tls: bool,
    host: UrlHost,
    port: u16,
    dial: Rc<PeerConnector>,
}

impl RedirectOrigins {
    /// Numbers those to come from `origins` on.
    pub(super) fn starting_at(origins: usize) -> Self {
        Self {
            known: RefCell::default(),
            next: Cell::new(origins),
        }
    }

    /// The number of the origin of `url`.
    pub(super) fn number_of(
        &self,
        url: &HttpUrl,
        dialer: &ConnectorFactory,
    ) -> Result<usize, Failure> {
        let mut known = self.known.borrow_mut();
        let same =
            |one: &&KnownOrigin| (one.tls, &one.host, one.port) == (url.tls, &url.host, url.port);
        if let Some(stranger) = known.iter().find(same) {
            return Ok(stranger.number);
        }
        let dial = dialer.connector_for(&url.peer()).map_err(|error| {
            tracing::debug!(%error, "no way to where a redirect leads");
            failures::MALFORMED_REDIRECT
        })?;
        if known.len() == MAX_REDIRECT_ORIGINS {
            known.pop_front();
        }
        let number = self.next.replace(self.next.get() + 1);
        known.push_back(KnownOrigin {
            number,
            tls: url.tls,
            host: url.host.clone(),
            port: url.port,
            dial: Rc::new(dial),
        });
        Ok(number)
    }

    /// What opens the connections to the origin of this number.
    pub(super) fn dial(&self, number: usize) -> Option<Rc<PeerConnector>> {
        let known = self.known.borrow();
        let found = known.iter().find(|stranger| stranger.number == number);
        found.map(|stranger| stranger.dial.clone())
    }
}
