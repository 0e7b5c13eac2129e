//! The time limit for opening a connection.

use std::cell::Cell;
use std::time::Duration;

use hammer_core::Failure;
use tokio::time::timeout;

use crate::failures;
use crate::packet::MqttVersion;

/// The time limit for opening a connection, with the failure for the step in progress.
pub(crate) struct ConnectDeadline {
    limit: Duration,
    /// The version of CONNECT, unless the broker is known to speak it.
    version: Option<MqttVersion>,
    timeout_failure: Cell<Failure>,
}

impl ConnectDeadline {
    pub(crate) fn new(limit: Duration, version: Option<MqttVersion>) -> Self {
        let timeout_failure = Cell::new(Failure::CONNECT_TIMEOUT);
        Self {
            limit,
            version,
            timeout_failure,
        }
    }

    /// Records that the connection is open; the CONNACK is next.
    pub(crate) fn connected(&self) {
        self.timeout_failure
            .set(failures::connack_timeout(self.version));
    }

    /// Records that the broker has accepted the client; the SUBACK is next.
    pub(crate) fn accepted(&self) {
        self.timeout_failure.set(failures::SUBACK_TIMEOUT);
    }

    /// Runs `opening` within the limit.
    pub(crate) async fn within<T>(
        &self,
        opening: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let opened = timeout(self.limit, opening).await;
        opened.unwrap_or_else(|_| Err(self.timeout_failure.get()))
    }
}
