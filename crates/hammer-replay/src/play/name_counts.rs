//! Counts by name.

use std::collections::HashMap;

/// Maximum number of names, so that a log cannot exhaust memory. Further names count as others.
const MAX_NAMES: usize = 10_000;

/// Counts by name.
#[derive(Debug, Clone, Default)]
pub struct NameCounts {
    names: HashMap<String, u64>,
    other_names: u64,
}

impl NameCounts {
    pub(super) fn count(&mut self, name: &str, n: u64) {
        if let Some(count) = self.names.get_mut(name) {
            *count += n;
        } else if self.names.len() < MAX_NAMES {
            self.names.insert(name.to_owned(), n);
        } else {
            self.other_names += n;
        }
    }

    /// Returns the `count` most frequent names, most frequent first, and the sum of all others.
    #[must_use]
    pub fn top(&self, count: usize) -> (Vec<(&str, u64)>, u64) {
        let mut all: Vec<_> = self.names.iter().map(|(name, n)| (&**name, *n)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let rest = all.iter().skip(count).map(|(_, n)| n).sum::<u64>() + self.other_names;
        all.truncate(count);
        (all, rest)
    }
}
