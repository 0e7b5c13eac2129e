//! Simulated runs with rare errors, in groups.

use hammer_analysis::{ComparedFigure, FigureScope, RunFigures};

use super::queue::Random;

/// A target that fails some hits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FailingTarget {
    /// Groups of hits; 0 for none.
    pub(crate) groups: u32,
    /// Hits of a group in a run, or of the run without groups.
    pub(crate) hits: u64,
    /// The probability that a hit fails.
    pub(crate) errors: f64,
}

impl FailingTarget {
    /// The figures of a run: errors of the whole and of each group, and a rate.
    pub(crate) fn run(&self, random: &mut Random) -> RunFigures {
        let mut figures = RunFigures::default();
        let (mut errors, mut hits) = (0, 0);
        let mut groups = RunFigures::default();
        for group in 0..self.groups.max(1) {
            let failed = self.failed(random);
            (errors, hits) = (errors + failed, hits + self.hits);
            let scope = FigureScope {
                group: Some(group.to_string()),
                ..FigureScope::default()
            };
            groups = groups.with_errors(scope, failed, self.hits);
        }
        figures = match self.groups {
            0 => figures,
            _ => groups,
        };
        figures
            .with_errors(FigureScope::default(), errors, hits)
            .with_value(FigureScope::default(), ComparedFigure::AchievedRate, 1000.0)
    }

    /// The failed hits of a group: between two of them, the number of others is geometric.
    fn failed(&self, random: &mut Random) -> u64 {
        let (mut failed, mut number) = (0, 0.0);
        loop {
            number += (random.uniform().ln() / (-self.errors).ln_1p()).floor() + 1.0;
            if number > self.hits as f64 {
                return failed;
            }
            failed += 1;
        }
    }
}
