//! Hits that wait until their connection has room for their packet.

use std::collections::VecDeque;

use hammer_core::{Failure, Hit};

use super::{BrokerConnection, DeliveryHeader, MAX_UNWRITTEN_BYTES, MqttAction};
use crate::config::MqttConfig;
use crate::failures;
use crate::load::hit_waiter::HitPromise;
use crate::load::message_sequence::MessageSequence;
use crate::packet::Qos;

/// The maximum number of unanswered pings of a connection, as many as it has packet ids.
const MAX_UNANSWERED_PINGS: usize = 65_535;

/// A hit that waits for room.
struct QueuedHit {
    promise: HitPromise,
    hit: Hit,
    header: Option<DeliveryHeader>,
    cause: WaitCause,
}

/// The hits of a connection that wait for room, in order.
#[derive(Default)]
pub(super) struct QueuedHits(VecDeque<QueuedHit>);

impl QueuedHits {
    /// Removes all hits and returns their promises.
    pub(super) fn drain_promises(&mut self) -> impl Iterator<Item = HitPromise> {
        self.0.drain(..).map(|queued| queued.promise)
    }
}

/// The reason that a hit has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WaitCause {
    /// The client has as many unacknowledged packets as the setting allows.
    Window,
    /// The client has as many unacknowledged packets as the broker allows.
    ReceiveMaximum,
    /// The client has used all packet ids, so only more clients can have more packets in flight.
    PacketIds,
    /// The broker has not read what was sent before.
    Write,
}

impl WaitCause {
    /// Returns the setting that causes the wait. A limit of the broker has none.
    fn setting(self) -> Option<&'static str> {
        match self {
            Self::Window => Some("window"),
            Self::PacketIds => Some("clients"),
            Self::ReceiveMaximum | Self::Write => None,
        }
    }

    /// Returns the phase of a hit that ends with the wait.
    fn phase(self) -> &'static str {
        match self {
            Self::Window | Self::ReceiveMaximum | Self::PacketIds => "window",
            Self::Write => "write",
        }
    }
}

/// The maximum number of unacknowledged packets of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PacketWindow {
    pub(super) packets: usize,
    /// The reason that a hit waits if the window is full.
    full: WaitCause,
}

impl PacketWindow {
    /// Returns the window for the setting and the broker's receive maximum. If they are equal, a
    /// higher setting would not help, so the window is the broker's.
    pub(super) fn new(setting: u16, receive_maximum: u16) -> Self {
        let packets = setting.min(receive_maximum);
        let full = if packets == u16::MAX {
            WaitCause::PacketIds
        } else if setting < receive_maximum {
            WaitCause::Window
        } else {
            WaitCause::ReceiveMaximum
        };
        Self {
            packets: packets.into(),
            full,
        }
    }
}

impl BrokerConnection {
    /// Returns the reason that no packet of a hit may be appended now, if there is one.
    fn wait_cause(&self, config: &MqttConfig) -> Option<WaitCause> {
        let needs_id = match config.action {
            MqttAction::Publish => self.terms.qos != Qos::AtMostOnce,
            MqttAction::Subscribe => true,
            // Pings have no ids, but a broker that never answers them must not fill the memory.
            MqttAction::Ping if self.pings.len() >= MAX_UNANSWERED_PINGS => {
                return Some(WaitCause::PacketIds);
            }
            MqttAction::Ping => false,
        };
        if needs_id && self.in_flight.in_use() >= self.window.packets {
            return Some(self.window.full);
        }
        // Packets that are sent again come before those of new hits.
        let must_write =
            self.unwritten().len() >= MAX_UNWRITTEN_BYTES || !self.resend_queue.is_empty();
        must_write.then_some(WaitCause::Write)
    }

    /// Sends the packet of a hit, now or when there is room.
    pub(crate) fn submit(
        &mut self,
        config: &MqttConfig,
        sequence: &mut MessageSequence,
        hit: &Hit,
        promise: HitPromise,
        header: Option<DeliveryHeader>,
    ) -> Result<(), Failure> {
        // A hit behind others waits for the same reason as they do.
        let last = self.queued_hits.0.back().map(|queued| queued.cause);
        let Some(cause) = self.wait_cause(config).or(last) else {
            return self.queue_hit(config, sequence, hit, promise, header);
        };
        if !config.wait_for_window {
            if cause.setting().is_some() {
                config.doubts.record_window_failure(hit);
            }
            return Err(failures::WINDOW_FULL);
        }
        if let Some(setting) = cause.setting() {
            hit.waited_for(setting);
        }
        self.count_wait(cause);
        self.queued_hits.0.push_back(QueuedHit {
            promise,
            hit: hit.clone(),
            header,
            cause,
        });
        Ok(())
    }

    fn count_wait(&mut self, cause: WaitCause) {
        let counts = &mut self.counts;
        match cause {
            WaitCause::Window | WaitCause::PacketIds => counts.window_waits += 1,
            WaitCause::ReceiveMaximum => {
                counts.window_waits += 1;
                counts.receive_max_waits += 1;
            }
            WaitCause::Write => counts.write_waits += 1,
        }
    }

    /// Sends queued hits while there is room.
    pub(crate) fn send_queued(&mut self, config: &MqttConfig, sequence: &mut MessageSequence) {
        self.resend_pending();
        while self.wait_cause(config).is_none() {
            let Some(QueuedHit {
                promise,
                hit,
                header,
                cause,
            }) = self.queued_hits.0.pop_front()
            else {
                return;
            };
            if !promise.is_awaited() {
                continue;
            }
            promise.mark_phase(cause.phase());
            if let Err(failure) = self.queue_hit(config, sequence, &hit, promise.clone(), header) {
                promise.complete(Err(failure));
            }
        }
    }

    /// Drops abandoned hits from the front of the queue: all hits have the same timeout.
    pub(crate) fn drop_abandoned(&mut self) {
        let queue = &mut self.queued_hits.0;
        while (queue.front()).is_some_and(|queued| !queued.promise.is_awaited()) {
            queue.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_window_is_attributed_to_the_lower_limit() {
        for (setting, receive_maximum, packets, full) in [
            (1, u16::MAX, 1, WaitCause::Window),
            (19, 20, 19, WaitCause::Window),
            (20, 20, 20, WaitCause::ReceiveMaximum),
            (u16::MAX, 20, 20, WaitCause::ReceiveMaximum),
            (u16::MAX - 1, u16::MAX, 65_534, WaitCause::Window),
            (u16::MAX, u16::MAX, 65_535, WaitCause::PacketIds),
        ] {
            let found = PacketWindow::new(setting, receive_maximum);
            assert_eq!(found, PacketWindow { packets, full }, "{setting}");
        }
        let settings = [WaitCause::PacketIds, WaitCause::ReceiveMaximum].map(WaitCause::setting);
        assert_eq!(settings, [Some("clients"), None]);
    }
}
