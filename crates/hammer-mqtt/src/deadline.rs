use std::cell::Cell;
use std::time::Duration;

use hammer_core::Failure;
use tokio::time::timeout;

use crate::fault;

/// How long a connection may take to open, and what it means if that is over.
pub(crate) struct Deadline {
    limit: Duration,
    missing: Cell<Failure>,
}

impl Deadline {
    pub(crate) fn new(limit: Duration) -> Self {
        let missing = Cell::new(Failure::CONNECT_TIMEOUT);
        Self { limit, missing }
    }

    /// There is a connection, and the broker has yet to consent.
    pub(crate) fn connected(&self) {
        self.missing.set(fault::CONNACK_TIMEOUT);
    }

    /// The broker has consented, and is yet to let the client subscribe.
    pub(crate) fn accepted(&self) {
        self.missing.set(fault::SUBACK_TIMEOUT);
    }

    /// What comes of `opening`, if it comes in time.
    pub(crate) async fn bound<T>(
        &self,
        opening: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let opened = timeout(self.limit, opening).await;
        opened.unwrap_or_else(|_| Err(self.missing.get()))
    }
}
