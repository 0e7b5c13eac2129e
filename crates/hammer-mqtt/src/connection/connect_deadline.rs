//! The time limit for opening a connection.

use std::time::Duration;

use hammer_core::{Failure, Slot};
use tokio::time::timeout;

use crate::failures;
use crate::packet::MqttVersion;

/// The time limit for opening a connection, whose failure is that of the step in progress.
pub(crate) struct ConnectDeadline<'a> {
    limit: Duration,
    /// The version of CONNECT, unless the broker is known to speak it.
    version: Option<MqttVersion>,
    slot: &'a Slot,
}

impl<'a> ConnectDeadline<'a> {
    /// Creates the limit for a connection that `slot` opens.
    pub(crate) fn new(limit: Duration, version: Option<MqttVersion>, slot: &'a Slot) -> Self {
        Self {
            limit,
            version,
            slot,
        }
    }

    /// Records that the connection is open; the CONNACK is next.
    pub(crate) fn connected(&self) {
        let timeout = failures::connack_timeout(self.version);
        self.slot.begin_step(timeout);
    }

    /// Records that the broker has accepted the client; the SUBACK is next.
    pub(crate) fn accepted(&self) {
        self.slot.begin_step(failures::SUBACK_TIMEOUT);
    }

    /// Runs `opening` within the limit.
    pub(crate) async fn within<T>(
        &self,
        opening: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let opened = timeout(self.limit, opening).await;
        let step = self.slot.timeout_failure();
        self.slot.end_steps();
        opened.unwrap_or_else(|_| Err(step.unwrap_or(Failure::CONNECT_TIMEOUT)))
    }
}
