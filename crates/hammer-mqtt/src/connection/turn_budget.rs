//! The amount of work that a connection may do before other tasks run.

use std::time::{Duration, Instant};

/// The maximum number of bytes read and written in one turn.
const MAX_TURN_BYTES: usize = 256 * 1024;
/// The maximum length of a turn. A single read or write may exceed it.
const MAX_TURN: Duration = Duration::from_micros(200);
/// The number of reads and writes without a look at the clock: a usual turn has one of each.
const UNTIMED_OPERATIONS: u32 = 2;

/// The budget of one turn of a connection.
///
/// A broker that sends or reads without a pause must not keep the worker from its other tasks,
/// which include timeouts and stops.
#[derive(Debug)]
pub(crate) struct TurnBudget {
    bytes_left: usize,
    operations: u32,
    since: Option<Instant>,
}

impl TurnBudget {
    pub(crate) fn new() -> Self {
        Self {
            bytes_left: MAX_TURN_BYTES,
            operations: 0,
            since: None,
        }
    }

    /// Records a read or write of `bytes` bytes.
    pub(crate) fn spend(&mut self, bytes: usize) {
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
        self.operations += 1;
        if self.operations == UNTIMED_OPERATIONS {
            self.since = Some(Instant::now());
        }
    }

    /// Returns true if the turn must end.
    pub(crate) fn is_spent(&self) -> bool {
        let is_over = |since: Instant| since.elapsed() >= MAX_TURN;
        self.bytes_left == 0
            || (self.operations > UNTIMED_OPERATIONS && self.since.is_some_and(is_over))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_ends_by_bytes() {
        let mut budget = TurnBudget::new();
        budget.spend(MAX_TURN_BYTES - 1);
        assert!(!budget.is_spent());
        budget.spend(1);
        assert!(budget.is_spent());
    }

    #[test]
    fn a_turn_of_many_small_operations_ends_by_time() {
        let mut budget = TurnBudget::new();
        for _ in 0..3 {
            budget.spend(1);
        }
        budget.since = Instant::now().checked_sub(MAX_TURN);
        assert!(budget.is_spent());
    }
}
