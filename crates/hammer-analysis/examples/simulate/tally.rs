//! Outcomes of many comparisons.

use hammer_analysis::{
    CompareOptions, ComparedFigure, ComparedFigures, ComparisonDesign, ComparisonOutcome,
    RunFigures, compare_figures,
};

use super::errors::FailingTarget;
use super::queue::{Random, SimulatedRun, SimulatedTarget};

/// Outcomes of many comparisons of a figure, or of all figures together.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct OutcomeTally {
    pub(crate) worse: u32,
    pub(crate) better: u32,
    pub(crate) same: u32,
    pub(crate) unknown: u32,
}

impl OutcomeTally {
    fn count(&mut self, outcome: ComparisonOutcome) {
        *match outcome {
            ComparisonOutcome::Worse => &mut self.worse,
            ComparisonOutcome::Better => &mut self.better,
            ComparisonOutcome::Same => &mut self.same,
            ComparisonOutcome::CannotTell => &mut self.unknown,
        } += 1;
    }

    /// Compares `pairs` pairs of sides of `runs` runs each, all of the same target with errors.
    pub(crate) fn of_errors(
        target: FailingTarget,
        pairs: u32,
        runs: usize,
        design: ComparisonDesign,
        seed: u64,
    ) -> Self {
        let (mut tally, mut random) = (Self::default(), Random::new(seed));
        for _ in 0..pairs {
            let mut side =
                || -> Vec<RunFigures> { (0..runs).map(|_| target.run(&mut random)).collect() };
            let (base, new) = (side(), side());
            tally.count(compared(&base, &new, design).outcome);
        }
        tally
    }

    /// The percentage of comparisons that ended with a count.
    pub(crate) fn percent(&self, count: u32) -> f64 {
        let all = self.worse + self.better + self.same + self.unknown;
        f64::from(count) * 100.0 / f64::from(all)
    }
}

/// Outcomes of comparisons of a target with itself, and with one that is slower.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct SimulationTally {
    /// All figures together, of a target and itself.
    pub(crate) same_target: OutcomeTally,
    /// p99 alone.
    pub same_target_p99: OutcomeTally,
    /// All figures together, of a target and a slower one.
    pub(crate) slower: OutcomeTally,
    /// p99 alone.
    pub slower_p99: OutcomeTally,
}

impl SimulationTally {
    /// Compares `pairs` pairs of sides of `runs` runs each, with each of the designs. The new side is the
    /// target itself, and then one of which each hit takes `factor` times as long.
    pub(crate) fn simulate<const N: usize>(
        target: SimulatedTarget,
        pairs: u32,
        runs: usize,
        factor: f64,
        designs: [ComparisonDesign; N],
        seed: u64,
    ) -> [Self; N] {
        let mut tallies = [Self::default(); N];
        let mut random = Random::new(seed);
        for _ in 0..pairs {
            let mut side =
                || -> Vec<SimulatedRun> { (0..runs).map(|_| target.run(&mut random)).collect() };
            let (base, new) = (side(), side());
            let figures = |runs: &[SimulatedRun], factor: f64| -> Vec<RunFigures> {
                runs.iter().map(|run| run.figures(factor)).collect()
            };
            let base = figures(&base, 1.0);
            for (tally, design) in tallies.iter_mut().zip(designs) {
                let same = compared(&base, &figures(&new, 1.0), design);
                tally.same_target.count(same.outcome);
                tally.same_target_p99.count(p99(&same));
                let slower = compared(&base, &figures(&new, factor), design);
                tally.slower.count(slower.outcome);
                tally.slower_p99.count(p99(&slower));
            }
        }
        tallies
    }
}

fn compared(base: &[RunFigures], new: &[RunFigures], design: ComparisonDesign) -> ComparedFigures {
    compare_figures(base, new, design, &CompareOptions::default())
}

fn p99(compared: &ComparedFigures) -> ComparisonOutcome {
    let mut figures = compared.figures.iter();
    let p99 = figures.find(|it| it.figure == ComparedFigure::ResponseP99);
    p99.map_or(ComparisonOutcome::CannotTell, |it| it.outcome)
}
