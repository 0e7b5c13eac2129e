use std::cell::Cell;
use std::time::Duration;

use hammer_core::Failure;
use tokio::time::timeout;

use crate::failures;

/// How long a connection may take to open, and what it means if that is over.
pub(crate) struct ConnectDeadline {
    limit: Duration,
    timeout_failure: Cell<Failure>,
}

impl ConnectDeadline {
    pub(crate) fn new(limit: Duration) -> Self {
        let timeout_failure = Cell::new(Failure::CONNECT_TIMEOUT);
        Self {
            limit,
            timeout_failure,
        }
    }

    /// There is a connection, and the broker has yet to consent.
    pub(crate) fn connected(&self) {
        self.timeout_failure.set(failures::CONNACK_TIMEOUT);
    }

    /// The broker has consented, and is yet to let the client subscribe.
    pub(crate) fn accepted(&self) {
        self.timeout_failure.set(failures::SUBACK_TIMEOUT);
    }

    /// What comes of `opening`, if it comes in time.
    pub(crate) async fn within<T>(
        &self,
        opening: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let opened = timeout(self.limit, opening).await;
        opened.unwrap_or_else(|_| Err(self.timeout_failure.get()))
    }
}
