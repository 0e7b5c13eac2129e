//! Runs of two sides in turn.

use super::compare_options::RunPairing;
use super::comparison_design::ComparisonDesign;
use crate::comparability::incomparable::IncomparableReason;
use crate::judgement::several_runs::MIN_RUNS;

/// The design of a comparison, with the order of the runs of each side.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RunPairs {
    pub(crate) design: ComparisonDesign,
    /// The indexes of the runs of the base. In a paired design, its run *k* belongs to run *k* of the
    /// new side.
    pub(crate) base: Vec<usize>,
    pub(crate) new: Vec<usize>,
}

impl RunPairs {
    /// Finds the design from the times at which the runs started, as in RFC 3339 in UTC.
    ///
    /// # Errors
    ///
    /// If the runs are to be paired, and there are fewer than three of a side, or the sides have
    /// different numbers of them.
    pub(crate) fn find(
        base: &[&str],
        new: &[&str],
        pairing: RunPairing,
    ) -> Result<Self, IncomparableReason> {
        let as_given = |design| Self {
            design,
            base: (0..base.len()).collect(),
            new: (0..new.len()).collect(),
        };
        let (base_count, new_count) = (base.len(), new.len());
        let has_few = base_count.min(new_count) < MIN_RUNS;
        if pairing == RunPairing::Paired && base_count != new_count {
            return Err(IncomparableReason::Unpaired {
                base: base_count,
                new: new_count,
            });
        }
        if pairing == RunPairing::Paired && has_few {
            return Err(IncomparableReason::TooFewPairs { pairs: base_count });
        }
        if has_few {
            return Ok(as_given(ComparisonDesign::WithinRuns));
        }
        Ok(match pairing {
            RunPairing::Paired => as_given(ComparisonDesign::Paired),
            RunPairing::Independent => as_given(ComparisonDesign::Independent),
            RunPairing::Detected => {
                in_turn(base, new).unwrap_or_else(|| as_given(ComparisonDesign::Independent))
            }
        })
    }
}

/// The pairs, if every two successive runs are one of each side, in either order.
fn in_turn(base: &[&str], new: &[&str]) -> Option<RunPairs> {
    let times = |times: &[&str], is_new: bool| -> Vec<(String, bool, usize)> {
        let times = times.iter().enumerate();
        times
            .map(|(index, time)| ((*time).to_owned(), is_new, index))
            .collect()
    };
    let mut runs = times(base, false);
    runs.extend(times(new, true));
    runs.sort();
    let is_ordered = runs.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let is_known = runs.iter().all(|(time, ..)| !time.is_empty());
    let alternates = runs.chunks(2).all(|pair| match pair {
        [one, other] => one.1 != other.1,
        _ => false,
    });
    let side = |is_new: bool| -> Vec<usize> {
        let runs = runs.iter().filter(|run| run.1 == is_new);
        runs.map(|run| run.2).collect()
    };
    (is_ordered && is_known && alternates).then(|| RunPairs {
        design: ComparisonDesign::Paired,
        base: side(false),
        new: side(true),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The times of the runs of a side in an order such as `ABBA`.
    fn times(order: &str, side: char) -> Vec<String> {
        let runs = order.chars().enumerate().filter(|(_, it)| *it == side);
        runs.map(|(index, _)| format!("2026-11-30T10:00:{index:02}.000Z"))
            .collect()
    }

    #[test]
    fn runs_in_turn_are_pairs() {
        use ComparisonDesign::{Independent, Paired, WithinRuns};
        for (order, pairing, design) in [
            ("ABABAB", RunPairing::Detected, Paired),
            ("ABBAAB", RunPairing::Detected, Paired),
            ("BABABA", RunPairing::Detected, Paired),
            ("AAABBB", RunPairing::Detected, Independent),
            ("ABBBAA", RunPairing::Detected, Independent),
            ("ABABABB", RunPairing::Detected, Independent),
            ("ABAB", RunPairing::Detected, WithinRuns),
            ("AB", RunPairing::Detected, WithinRuns),
            ("AAABBB", RunPairing::Paired, Paired),
            ("ABABAB", RunPairing::Independent, Independent),
        ] {
            let (base, new) = (times(order, 'A'), times(order, 'B'));
            let base: Vec<&str> = base.iter().map(String::as_str).collect();
            let new: Vec<&str> = new.iter().map(String::as_str).collect();
            let found = RunPairs::find(&base, &new, pairing).expect("a design");
            assert_eq!(found.design, design, "{order}");
        }
        let paired = |base: &[&str], new: &[&str]| RunPairs::find(base, new, RunPairing::Paired);
        let unpaired = IncomparableReason::Unpaired { base: 3, new: 4 };
        assert_eq!(paired(&["1"; 3], &["2"; 4]), Err(unpaired));
        // Two pairs were compared as if they were none.
        let few = IncomparableReason::TooFewPairs { pairs: 2 };
        assert_eq!(paired(&["1"; 2], &["2"; 2]), Err(few));
    }

    /// Files are often given in the order of their names.
    #[test]
    fn runs_are_paired_in_the_order_of_their_start() {
        let found = RunPairs::find(&["5", "1", "3"], &["4", "6", "2"], RunPairing::Detected);
        let found = found.expect("a design");
        assert_eq!((found.base, found.new), (vec![1, 2, 0], vec![2, 0, 1]));
        // Without times, nothing is known.
        let found = RunPairs::find(&[""; 3], &[""; 3], RunPairing::Detected);
        assert_eq!(
            found.expect("a design").design,
            ComparisonDesign::Independent
        );
    }
}
