//! Notes of hammers, folded into the measurements.

use crate::model::slot_notes::Notes;
use crate::report::interval_stats::IntervalStats;

impl IntervalStats {
    /// Folds in the notes of hammers, and empties them.
    pub(crate) fn fold(&mut self, notes: &mut Notes) {
        for (phase, duration) in notes.phases.drain(..) {
            self.record_phase(phase, duration);
        }
        for (counter, n) in notes.counts.drain(..) {
            self.count(counter, n);
        }
        for (name, value) in notes.facts.drain(..) {
            *self.facts.entry((name, value)) += 1;
        }
        for setting in notes.waits.drain(..) {
            *self.waited_for.entry(setting) += 1;
        }
        for (peer, failure) in notes.attempts.drain(..) {
            self.addresses.count_attempt(peer, failure);
        }
    }

    /// Adds `n` to a counter.
    pub(crate) fn count(&mut self, counter: &'static str, n: u64) {
        *self.counts.entry(counter) += n;
    }
}
