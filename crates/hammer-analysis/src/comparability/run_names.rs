//! Names of runs in texts.

use super::run_position::{ComparisonSide, RunPosition};

/// The names of runs in texts about a comparison.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RunNames<'a> {
    /// The places of the runs, such as `base run 2`. The sides are `base` and `new`.
    #[default]
    Places,
    /// Other names, of one run on each side.
    Pair {
        /// The name of the base.
        base: &'a str,
        /// The name of the new run.
        new: &'a str,
    },
}

impl RunNames<'_> {
    /// The name of a run.
    pub(super) fn run(self, position: RunPosition) -> String {
        match self {
            Self::Places => position.to_string(),
            Self::Pair { .. } => self.side(position.side),
        }
    }

    /// The name of a side.
    pub(crate) fn side(self, side: ComparisonSide) -> String {
        match (self, side) {
            (Self::Places, side) => side.to_string(),
            (Self::Pair { base, .. }, ComparisonSide::Base) => base.to_owned(),
            (Self::Pair { new, .. }, ComparisonSide::New) => new.to_owned(),
        }
    }

    /// The runs that have what `lacking` lacks, with the verb.
    pub(super) fn other_runs(self, lacking: RunPosition) -> String {
        let other = match lacking.side {
            ComparisonSide::Base => ComparisonSide::New,
            ComparisonSide::New => ComparisonSide::Base,
        };
        match self {
            Self::Places => "other runs have".to_owned(),
            Self::Pair { .. } => format!("{} has", self.side(other)),
        }
    }

    /// The names of several runs in a list, such as `base run 1 and new runs 1 to 3`.
    pub(super) fn runs(self, positions: &[RunPosition]) -> String {
        let of_side = |side| {
            let runs = positions.iter().filter(move |it| it.side == side);
            let mut numbers: Vec<usize> = runs.map(|it| it.index + 1).collect();
            numbers.sort_unstable();
            numbers.dedup();
            match (self, &numbers[..]) {
                (_, []) => None,
                (Self::Places, [number]) => Some(format!("{side} run {number}")),
                (Self::Places, numbers) => Some(format!("{side} runs {}", number_list(numbers))),
                (Self::Pair { .. }, _) => Some(self.side(side)),
            }
        };
        let sides = [ComparisonSide::Base, ComparisonSide::New];
        joined(&sides.into_iter().filter_map(of_side).collect::<Vec<_>>())
    }
}

/// Lists rising numbers, and three or more that follow each other as a range: `1 to 3 and 5`.
fn number_list(numbers: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = vec![];
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    let texts = ranges.iter().flat_map(|(first, last)| match last - first {
        0 => vec![first.to_string()],
        1 => vec![first.to_string(), last.to_string()],
        _ => vec![format!("{first} to {last}")],
    });
    joined(&texts.collect::<Vec<_>>())
}

fn joined(items: &[String]) -> String {
    match items.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_listed_by_side() {
        let run = |side, index| RunPosition { side, index };
        let base = |index| run(ComparisonSide::Base, index);
        let new = |index| run(ComparisonSide::New, index);
        let pair = RunNames::Pair {
            base: "a.run",
            new: "this run",
        };
        for (names, positions, expected) in [
            (RunNames::Places, vec![new(1)], "new run 2"),
            (
                RunNames::Places,
                vec![base(0), base(1)],
                "base runs 1 and 2",
            ),
            (
                RunNames::Places,
                vec![base(0), new(0), new(1), new(2), new(4)],
                "base run 1 and new runs 1 to 3 and 5",
            ),
            (pair, vec![base(0)], "a.run"),
            (pair, vec![base(0), new(0)], "a.run and this run"),
        ] {
            assert_eq!(names.runs(&positions), expected);
        }
    }
}
