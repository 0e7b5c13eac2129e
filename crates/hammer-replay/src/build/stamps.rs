use super::arrival::Arrival;
use crate::timeline::TimeBase;

/// What the stamps of a log were like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stamps {
    pub(super) base: Option<TimeBase>,
    whole: bool,
    /// The step of those that are finer, in microseconds.
    finer_us: Option<u64>,
}

impl Stamps {
    /// Takes one into account.
    #[inline]
    pub(super) fn note(&mut self, arrival: &Arrival) {
        if self.base != Some(arrival.found) {
            self.base = Some(self.base.map_or(arrival.found, |_| TimeBase::Mixed));
        }
        if arrival.stamp.whole {
            self.whole = true;
        } else if self.finer_us != Some(1) {
            let millis = arrival.stamp.micros.unsigned_abs().is_multiple_of(1_000);
            self.finer_us = Some(if millis { 1_000 } else { 1 });
        }
    }

    /// The coarsest step, in microseconds; none if there was no stamp.
    pub(super) fn resolution_us(&self) -> Option<u64> {
        if self.whole {
            return Some(1_000_000);
        }
        self.finer_us
    }

    /// What all of them were like.
    pub(super) fn of(all: impl Iterator<Item = Self>) -> (Option<TimeBase>, Option<u64>) {
        let (mut base, mut resolution_us) = (None, None);
        for stamps in all {
            resolution_us = stamps.resolution_us().max(resolution_us);
            base = match (base, stamps.base) {
                (None, other) | (other, None) => other,
                (one, other) if one == other => one,
                _ => Some(TimeBase::Mixed),
            };
        }
        (base, resolution_us)
    }
}
