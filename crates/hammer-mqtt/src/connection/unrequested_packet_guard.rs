//! Detects floods of unrequested packets.

use std::time::{Duration, Instant};

use hammer_core::Failure;

use crate::failures;

/// The number of unrequested packets within [`FLOOD_PERIOD`] that is a flood. Each KiB of a packet
/// counts as another packet.
const MAX_UNREQUESTED_PACKETS: u32 = 10_000;
const FLOOD_PERIOD: Duration = Duration::from_secs(10);
/// The number of unrequested packets that a requested one makes up for, so that a broker that
/// repeats its acknowledgments can be measured.
const PACKETS_PER_REQUESTED: u32 = 4;

/// Detects floods of unrequested packets, such as answers to pings that were not sent, or
/// acknowledgments of unknown messages.
///
/// Reading an endless series of them would take all CPU time of the worker.
#[derive(Debug, Default)]
pub(crate) struct UnrequestedPacketGuard {
    packets: u32,
    /// The time of the first of `packets`.
    since: Option<Instant>,
}

impl UnrequestedPacketGuard {
    /// Records a requested packet.
    pub(crate) fn record_requested(&mut self) {
        self.packets = self.packets.saturating_sub(PACKETS_PER_REQUESTED);
    }

    /// Records an unrequested packet of `bytes` bytes.
    ///
    /// # Errors
    ///
    /// If there were too many within [`FLOOD_PERIOD`].
    pub(crate) fn record_unrequested(&mut self, bytes: usize) -> Result<(), Failure> {
        if self.packets == 0 {
            self.since = Some(Instant::now());
        }
        let weight = u32::try_from(1 + bytes / 1024).unwrap_or(u32::MAX);
        self.packets = self.packets.saturating_add(weight);
        if self.packets <= MAX_UNREQUESTED_PACKETS {
            return Ok(());
        }
        if self
            .since
            .is_some_and(|since| since.elapsed() > FLOOD_PERIOD)
        {
            self.packets = 0;
            return Ok(());
        }
        Err(failures::FLOOD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the number of packets of `bytes` bytes until the guard reports a flood.
    fn packets_until_flood(bytes: usize) -> usize {
        let mut guard = UnrequestedPacketGuard::default();
        (0..)
            .take_while(|_| guard.record_unrequested(bytes).is_ok())
            .count()
    }

    #[test]
    fn a_flood_is_limited_in_packets_and_bytes() {
        assert_eq!(packets_until_flood(2), 10_000);
        assert_eq!(packets_until_flood(1024 * 1024), 9);
    }

    #[test]
    fn repeated_acknowledgments_of_requested_packets_are_tolerated() {
        let mut guard = UnrequestedPacketGuard::default();
        for _ in 0..100_000 {
            guard.record_requested();
            for _ in 0..4 {
                assert_eq!(guard.record_unrequested(4), Ok(()));
            }
        }
    }

    #[test]
    fn a_slow_series_is_tolerated() {
        let mut guard = UnrequestedPacketGuard::default();
        for _ in 0..10_000 {
            assert_eq!(guard.record_unrequested(2), Ok(()));
        }
        let earlier = FLOOD_PERIOD + Duration::from_secs(1);
        guard.since = Instant::now().checked_sub(earlier);
        assert_eq!(guard.record_unrequested(2), Ok(()));
        assert_eq!(guard.record_unrequested(2), Ok(()));
    }
}
