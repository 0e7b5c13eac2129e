use std::collections::BTreeMap;

/// Why a due hit was never started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnsentCause {
    /// As many hits waited as may.
    Backlog,
    /// Still waiting when the drain ended, with as many hits in flight as may be.
    InFlightBound,
    /// Still waiting when the drain ended, with room for more in flight.
    Drain,
    /// It could not start within the time in which it would have been of use.
    Late,
    /// The run was stopped.
    Stopped,
}

impl UnsentCause {
    pub(crate) const ALL: [Self; 5] = [
        Self::Backlog,
        Self::InFlightBound,
        Self::Drain,
        Self::Late,
        Self::Stopped,
    ];

    /// The key in the report.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Backlog => "backlog",
            Self::InFlightBound => "in_flight_bound",
            Self::Drain => "drain",
            Self::Late => "late",
            Self::Stopped => "stopped",
        }
    }
}

/// How many hits were not sent for each reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct UnsentCounts([u64; UnsentCause::ALL.len()]);

impl UnsentCounts {
    pub(crate) fn count(&mut self, why: UnsentCause) {
        self.0[why as usize] += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (sum, count) in self.0.iter_mut().zip(other.0) {
            *sum += count;
        }
    }

    /// By name, those that there are.
    pub(crate) fn by_name(&self) -> BTreeMap<String, u64> {
        let named = UnsentCause::ALL
            .iter()
            .map(|why| (why.name(), self.0[*why as usize]));
        named
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| (name.to_owned(), count))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_is_counted_under_its_own_name() {
        let (mut counts, mut more) = (UnsentCounts::default(), UnsentCounts::default());
        for (index, why) in UnsentCause::ALL.into_iter().enumerate() {
            (0..=index).for_each(|_| counts.count(why));
        }
        more.count(UnsentCause::Stopped);
        counts.merge(&more);
        let found: Vec<_> = counts.by_name().into_iter().collect();
        let found: Vec<_> = found.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        let all = [
            ("backlog", 1),
            ("drain", 3),
            ("in_flight_bound", 2),
            ("late", 4),
            ("stopped", 6),
        ];
        assert_eq!(found, all);
        assert!(UnsentCounts::default().by_name().is_empty());
    }
}
