//! Hits in flight, in the order in which they started.

use std::time::{Duration, Instant};

const NO_SLOT: usize = usize::MAX;

/// Slots with a hit, in the order in which their hits started, as a linked list within an array.
///
/// All hits of a run have the same timeout, so the first to start is the first to time out. Only
/// the front needs a check, and a hit needs neither a timer nor memory.
#[derive(Debug)]
pub(super) struct InFlightHits {
    nodes: Vec<InFlightNode>,
    first: usize,
    last: usize,
    len: usize,
}

#[derive(Debug, Clone, Copy)]
struct InFlightNode {
    started: Option<Instant>,
    /// The due time of a hit that is measured.
    due: Option<Duration>,
    before: usize,
    after: usize,
}

impl Default for InFlightHits {
    fn default() -> Self {
        Self {
            nodes: vec![],
            first: NO_SLOT,
            last: NO_SLOT,
            len: 0,
        }
    }
}

impl InFlightHits {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds the hit of `slot`, which started after all others. Its due time is `None` if it is not
    /// measured.
    pub(super) fn push(&mut self, slot: usize, started: Instant, due: Option<Duration>) {
        if slot >= self.nodes.len() {
            self.nodes.resize(
                slot + 1,
                InFlightNode {
                    started: None,
                    due: None,
                    before: NO_SLOT,
                    after: NO_SLOT,
                },
            );
        }
        self.nodes[slot] = InFlightNode {
            started: Some(started),
            due,
            before: self.last,
            after: NO_SLOT,
        };
        match self.last {
            NO_SLOT => self.first = slot,
            last => self.nodes[last].after = slot,
        }
        self.last = slot;
        self.len += 1;
    }

    /// Removes the hit of `slot`, if it is in the list.
    pub(super) fn remove(&mut self, slot: usize) {
        let Some(node) = self.nodes.get_mut(slot) else {
            return;
        };
        if node.started.take().is_none() {
            return;
        }
        let InFlightNode { before, after, .. } = *node;
        match before {
            NO_SLOT => self.first = after,
            before => self.nodes[before].after = after,
        }
        match after {
            NO_SLOT => self.last = before,
            after => self.nodes[after].before = before,
        }
        self.len -= 1;
    }

    /// The start and the due time of each hit that is measured.
    pub(super) fn measured(&self) -> impl Iterator<Item = (Instant, Duration)> {
        let hits = self.nodes.iter();
        hits.filter_map(|node| Some((node.started?, node.due?)))
    }

    /// The time at which the first hit times out.
    pub(super) fn next_timeout(&self, timeout: Duration) -> Option<Instant> {
        let front = self.nodes.get(self.first)?;
        front.started?.checked_add(timeout)
    }

    /// Removes the hit that started first, and returns its slot.
    pub(super) fn pop(&mut self) -> Option<usize> {
        let slot = (self.first != NO_SLOT).then_some(self.first)?;
        self.remove(slot);
        Some(slot)
    }

    /// Removes the hit that started first if it has timed out at `now`, and returns its slot.
    pub(super) fn pop_timed_out(&mut self, timeout: Duration, now: Instant) -> Option<usize> {
        self.next_timeout(timeout).filter(|end| *end <= now)?;
        self.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_is_the_hit_that_started_first() {
        let mut list = InFlightHits::default();
        let t0 = Instant::now();
        let at = |ms| t0 + Duration::from_millis(ms);
        for (k, slot) in [3, 0, 2, 1].into_iter().enumerate() {
            list.push(slot, at(k as u64), None);
        }
        list.remove(0);
        list.remove(0);
        let ms = Duration::from_millis;
        assert_eq!((list.len(), list.next_timeout(ms(10))), (3, Some(at(10))));
        assert_eq!(list.pop_timed_out(ms(10), at(9)), None);
        assert_eq!(list.pop_timed_out(ms(10), at(10)), Some(3));
        assert_eq!(list.next_timeout(ms(10)), Some(at(12)));
        list.push(3, at(9), None);
        list.remove(1);
        assert_eq!(
            (list.pop(), list.pop(), list.pop()),
            (Some(2), Some(3), None)
        );
        assert_eq!(list.len(), 0);
        assert_eq!(list.next_timeout(Duration::ZERO), None);
    }
}
