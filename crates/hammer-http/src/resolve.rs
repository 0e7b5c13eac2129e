//! Host names become addresses, once.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hammer_core::{Failure, Slot};
use tokio::sync::OnceCell;

use crate::fault::NAME_NOT_RESOLVED;
use crate::url::Host;

/// How long a failed look-up answers for those that follow.
///
/// A look-up takes a thread, and may take seconds to fail. Without this, a run against a name that
/// does not exist would be a queue of look-ups in place of failures at the scheduled rate.
const FAILED_FOR: Duration = Duration::from_secs(1);

pub(crate) struct Resolve {
    host: Host,
    port: u16,
    addresses: OnceCell<Vec<SocketAddr>>,
    failed: Mutex<Option<Instant>>,
}

impl Resolve {
    pub(crate) fn new(host: Host, port: u16) -> Self {
        let addresses = match host {
            Host::Address(address) => OnceCell::new_with(Some(vec![(address, port).into()])),
            Host::Name(_) => OnceCell::new(),
        };
        Self {
            host,
            port,
            addresses,
            failed: Mutex::new(None),
        }
    }

    /// The addresses, in the system's order of preference.
    pub(crate) async fn addresses(&self, slot: &Slot) -> Result<&[SocketAddr], Failure> {
        if let Some(known) = self.addresses.get() {
            return Ok(known);
        }
        let found = self.addresses.get_or_try_init(|| self.look_up()).await?;
        slot.mark("lookup");
        Ok(found)
    }

    async fn look_up(&self) -> Result<Vec<SocketAddr>, Failure> {
        let Host::Name(name) = &self.host else {
            return Err(NAME_NOT_RESOLVED);
        };
        if self.failed().is_some_and(|at| at.elapsed() < FAILED_FOR) {
            return Err(NAME_NOT_RESOLVED);
        }
        let found = tokio::net::lookup_host((name.as_str(), self.port)).await;
        let error = match found.map(Vec::from_iter) {
            Ok(addresses) if !addresses.is_empty() => return Ok(addresses),
            Ok(_) => None,
            Err(error) => Some(error),
        };
        tracing::debug!(name, ?error, "no address");
        *self.failed() = Some(Instant::now());
        Err(NAME_NOT_RESOLVED)
    }

    fn failed(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
