//! Origins that redirects lead to, as learned by a worker.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use hammer_core::Failure;

use crate::failures;
use crate::url::HttpUrl;
use hammer_net::ConnectorFactory;
use hammer_net::PeerConnector;
use hammer_net::UrlHost;

/// Maximum number of redirect origins that a worker remembers.
const MAX_REDIRECT_ORIGINS: usize = 64;

/// The origins of a worker's redirects, beyond those of its targets.
pub(super) struct RedirectOriginCache {
    known: RefCell<VecDeque<CachedRedirectOrigin>>,
    next: Cell<usize>,
}

struct CachedRedirectOrigin {
    /// The number of the origin, which is never reused.
    number: usize,
    tls: bool,
    host: UrlHost,
    port: u16,
    connector: Rc<PeerConnector>,
}

impl RedirectOriginCache {
    /// Numbers origins from `first` on.
    pub(super) fn starting_at(first: usize) -> Self {
        Self {
            known: RefCell::default(),
            next: Cell::new(first),
        }
    }

    /// Returns the number of the origin of `url`, which is added if unknown.
    pub(super) fn number_of(
        &self,
        url: &HttpUrl,
        connectors: &ConnectorFactory,
    ) -> Result<usize, Failure> {
        let mut known = self.known.borrow_mut();
        let is_same = |origin: &&CachedRedirectOrigin| {
            (origin.tls, &origin.host, origin.port) == (url.tls, &url.host, url.port)
        };
        if let Some(origin) = known.iter().find(is_same) {
            return Ok(origin.number);
        }
        let connector = connectors.connector_for(&url.peer()).map_err(|error| {
            tracing::debug!(%error, "no connector for the origin of a redirect");
            failures::MALFORMED_REDIRECT
        })?;
        if known.len() == MAX_REDIRECT_ORIGINS {
            known.pop_front();
        }
        let number = self.next.replace(self.next.get() + 1);
        known.push_back(CachedRedirectOrigin {
            number,
            tls: url.tls,
            host: url.host.clone(),
            port: url.port,
            connector: Rc::new(connector),
        });
        Ok(number)
    }

    /// The connector for the origin of this number.
    pub(super) fn connector(&self, number: usize) -> Option<Rc<PeerConnector>> {
        let known = self.known.borrow();
        let origin = known.iter().find(|origin| origin.number == number);
        origin.map(|origin| origin.connector.clone())
    }
}
