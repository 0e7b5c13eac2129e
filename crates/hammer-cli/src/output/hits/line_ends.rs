//! The ends of buffered lines, each with the load of its hit.

use std::collections::BTreeMap;

/// The ends of the lines of hits in a buffer, in bytes. Text is never searched for line breaks, which
/// quoted fields may contain.
pub(super) struct LineEnds {
    /// The end of what precedes the lines.
    start: usize,
    ends: Vec<usize>,
    /// The index of the first line of each run of lines of one load, and the name of the load.
    runs: Vec<(usize, String)>,
}

impl LineEnds {
    /// Returns no lines, after this number of bytes.
    pub(super) fn after(start: usize) -> Self {
        Self {
            start,
            ends: vec![],
            runs: vec![],
        }
    }

    /// Removes all lines. The next one begins the buffer.
    pub(super) fn clear(&mut self) {
        self.start = 0;
        self.ends.clear();
        self.runs.clear();
    }

    /// Takes the following lines for lines of `load`.
    pub(super) fn start_run(&mut self, load: &str) {
        if self.runs.last().is_none_or(|(_, name)| name != load) {
            self.runs.push((self.ends.len(), load.to_owned()));
        }
    }

    /// Adds a line that ends here.
    pub(super) fn push(&mut self, end: usize) {
        self.ends.push(end);
    }

    /// Returns the end of the last line that is complete within the first `bytes`.
    pub(super) fn last_end(&self, bytes: usize) -> usize {
        let before = [0, self.start].into_iter().chain(self.ends.iter().copied());
        before
            .take_while(|end| *end <= bytes)
            .last()
            .unwrap_or_default()
    }

    /// Adds the lines that are not complete within the first `bytes` to the counts of their loads.
    pub(super) fn count_after(&self, bytes: usize, counts: &mut BTreeMap<String, u64>) {
        let complete = self.ends.partition_point(|end| *end <= bytes);
        let ends = self.runs.iter().skip(1).map(|(first, _)| *first);
        let ends = ends.chain([self.ends.len()]);
        for ((first, load), end) in self.runs.iter().zip(ends) {
            let lost = end.saturating_sub(complete.max(*first));
            if lost > 0 {
                *counts.entry(load.clone()).or_default() += lost as u64;
            }
        }
    }
}
