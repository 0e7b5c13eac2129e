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

/// Maximum number of redirect origins that a worker remembers, beyond those in use.
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

    /// Returns the number of the origin of `url`, which is added if unknown, and its connector.
    ///
    /// An origin stays known for as long as its connector is in use.
    pub(super) fn origin_of(
        &self,
        url: &HttpUrl,
        connectors: &ConnectorFactory,
    ) -> Result<(usize, Rc<PeerConnector>), Failure> {
        let mut known = self.known.borrow_mut();
        let is_same = |origin: &&CachedRedirectOrigin| {
            (origin.tls, &origin.host, origin.port) == (url.tls, &url.host, url.port)
        };
        if let Some(origin) = known.iter().find(is_same) {
            return Ok((origin.number, origin.connector.clone()));
        }
        let connector = connectors.connector_for(&url.peer()).map_err(|error| {
            tracing::debug!(%error, "no connector for the origin of a redirect");
            failures::MALFORMED_REDIRECT
        })?;
        remove_unused(&mut known);
        let number = self.next.replace(self.next.get() + 1);
        let connector = Rc::new(connector);
        known.push_back(CachedRedirectOrigin {
            number,
            tls: url.tls,
            host: url.host.clone(),
            port: url.port,
            connector: connector.clone(),
        });
        Ok((number, connector))
    }
}

/// Makes room for another origin: removes the oldest ones that no hit uses.
fn remove_unused(known: &mut VecDeque<CachedRedirectOrigin>) {
    let mut excess = (known.len() + 1).saturating_sub(MAX_REDIRECT_ORIGINS);
    known.retain(|origin| {
        let is_removed = excess > 0 && Rc::strong_count(&origin.connector) == 1;
        excess -= usize::from(is_removed);
        !is_removed
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Http;

    /// Regression: an origin in use was forgotten.
    #[test]
    fn only_unused_origins_are_forgotten() {
        let http = Http::builder("http://a.test/").follow_redirects(1);
        let http = http.build().expect("valid options");
        let policy = http.workflow.redirect_policy.expect("redirects");
        let origins = RedirectOriginCache::starting_at(1);
        let origin_of = |port: usize| {
            let url = HttpUrl::parse(&format!("http://a.test:{port}/"));
            let url = url.expect("a valid URL");
            let origin = origins.origin_of(&url, &policy.connectors);
            origin.expect("a connector")
        };
        let in_use: Vec<_> = (1..=MAX_REDIRECT_ORIGINS + 6).map(origin_of).collect();
        for (number, connector) in &in_use {
            let (known, same) = origin_of(*number);
            assert_eq!(known, *number);
            assert!(Rc::ptr_eq(&same, connector));
        }
        drop(in_use);
        let (next, _) = origin_of(1000);
        assert_eq!(next, MAX_REDIRECT_ORIGINS + 7);
        assert_eq!(origins.known.borrow().len(), MAX_REDIRECT_ORIGINS);
        let (oldest, _) = origin_of(1);
        assert_eq!(oldest, next + 1, "the oldest was forgotten");
    }
}
