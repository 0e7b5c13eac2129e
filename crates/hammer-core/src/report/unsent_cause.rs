//! Reasons that a due hit is never started.

/// The reason that a due hit was never started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnsentCause {
    /// The backlog was full.
    Backlog,
    /// It waited until the drain ended, with the maximum of hits in flight.
    InFlightBound,
    /// It waited until the drain ended, although more hits could have been in flight.
    Drain,
    /// It could not start within `skip_late` of its due time.
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

/// Unsent hits by cause.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct UnsentCounts([u64; UnsentCause::ALL.len()]);

impl UnsentCounts {
    pub(crate) fn count(&mut self, cause: UnsentCause) {
        self.0[cause as usize] += 1;
    }

    /// Makes counts from those of each cause by name.
    pub(crate) fn from_names(count_of: impl Fn(&str) -> u64) -> Self {
        Self(UnsentCause::ALL.map(|cause| count_of(cause.name())))
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (sum, count) in self.0.iter_mut().zip(other.0) {
            *sum = sum.saturating_add(count);
        }
    }

    pub(crate) fn of(&self, cause: UnsentCause) -> u64 {
        self.0[cause as usize]
    }

    /// The counts above 0, with their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let named = UnsentCause::ALL
            .iter()
            .map(|cause| (cause.name(), self.of(*cause)));
        named.filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_is_counted_under_its_own_name() {
        let (mut counts, mut more) = (UnsentCounts::default(), UnsentCounts::default());
        for (index, cause) in UnsentCause::ALL.into_iter().enumerate() {
            (0..=index).for_each(|_| counts.count(cause));
        }
        more.count(UnsentCause::Stopped);
        counts.merge(&more);
        let mut found: Vec<_> = counts.iter().collect();
        found.sort_unstable();
        let all = [
            ("backlog", 1),
            ("drain", 3),
            ("in_flight_bound", 2),
            ("late", 4),
            ("stopped", 6),
        ];
        assert_eq!(found, all);
        assert_eq!(UnsentCounts::default().iter().count(), 0);
    }
}
