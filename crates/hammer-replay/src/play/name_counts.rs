use std::collections::HashMap;

/// Names that are told apart; what comes later counts as others, so that a log can't choose how much
/// memory it takes.
const MAX_NAMES: usize = 10_000;

/// How often each name was there.
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

    /// The `most` most frequent names, the most frequent first, and how many all others have together.
    #[must_use]
    pub fn top(&self, most: usize) -> (Vec<(&str, u64)>, u64) {
        let mut all: Vec<_> = self.names.iter().map(|(name, n)| (&**name, *n)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let rest = all.iter().skip(most).map(|(_, n)| n).sum::<u64>() + self.other_names;
        all.truncate(most);
        (all, rest)
    }
}
