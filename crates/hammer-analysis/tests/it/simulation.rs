//! Error rates of comparisons of simulated runs.

use std::thread;

use hammer_analysis::{
    CompareOptions, ComparedFigure, ComparisonDesign, FigureScope, RunFigures, compare_figures,
};

use errors::FailingTarget;
use queue::{ServiceLaw, SimulatedArrivals, SimulatedTarget};
use tally::{OutcomeTally, SimulationTally};

#[path = "../../examples/simulate/errors.rs"]
mod errors;
#[path = "../../examples/simulate/queue.rs"]
mod queue;
#[path = "../../examples/simulate/tally.rs"]
mod tally;

const SEED: u64 = 20_261_130;
const DESIGNS: [ComparisonDesign; 2] = [ComparisonDesign::Independent, ComparisonDesign::Paired];

/// A target whose runs have as many hits as the change of p99 by a tenth needs.
fn target(law: ServiceLaw, arrivals: SimulatedArrivals) -> SimulatedTarget {
    let (hits, utilization) = match law {
        ServiceLaw::Exponential => (10_000, 0.3),
        ServiceLaw::Lognormal => (80_000, 0.3),
        // One of 2,000 hits has a pause, and a run needs about a hundred pauses.
        ServiceLaw::Pauses => (200_000, 0.5),
    };
    SimulatedTarget {
        law,
        arrivals,
        rate: 1000.0,
        hits,
        utilization,
        state: 0.0,
    }
}

/// All laws with all arrivals.
fn targets() -> impl Iterator<Item = SimulatedTarget> {
    let laws = ServiceLaw::ALL.into_iter();
    laws.flat_map(|law| SimulatedArrivals::ALL.map(|arrivals| target(law, arrivals)))
}

/// The example `simulate` makes the same comparisons, with more of them. The seed is fixed, so that the
/// counts are always the same.
#[test]
fn the_same_target_is_worse_in_at_most_five_percent() {
    for target in targets() {
        let short = SimulatedTarget {
            hits: 2_000,
            utilization: 0.3,
            state: 0.02,
            ..target
        };
        for tally in SimulationTally::simulate(short, 100, 5, 1.3, DESIGNS, SEED) {
            for same in [tally.same_target, tally.same_target_p99] {
                let worse = same.percent(same.worse);
                assert!(worse <= 5.0, "{target:?}: {tally:?}");
            }
            let found = tally.slower.percent(tally.slower.worse);
            assert!(found >= 80.0, "{target:?}: {tally:?}");
        }
    }
}

#[test]
fn a_p99_that_is_a_tenth_higher_is_found_in_runs_of_enough_hits() {
    thread::scope(|scope| {
        for target in targets() {
            scope.spawn(move || {
                for tally in SimulationTally::simulate(target, 20, 5, 1.1, DESIGNS, SEED) {
                    let found = tally.slower_p99.percent(tally.slower_p99.worse);
                    assert!(found >= 80.0, "{target:?}: {tally:?}");
                }
            });
        }
    });
}

/// Errors that are equal in all runs of a side by chance had no variance.
#[test]
fn rare_errors_rarely_make_the_same_target_worse() {
    for (runs, groups) in [(3, 0), (3, 20), (5, 20)] {
        for errors in [0.0005, 0.005] {
            for design in DESIGNS {
                let target = FailingTarget {
                    groups,
                    hits: 1_800,
                    errors,
                };
                let tally = OutcomeTally::of_errors(target, 200, runs, design, SEED);
                let worse = tally.percent(tally.worse);
                assert!(worse <= 5.0, "{runs} {target:?} {design:?}: {tally:?}");
            }
        }
    }
}

/// With fifty groups, each with four percentiles, a comparison of the same target would otherwise find
/// several that are worse.
#[test]
fn many_groups_do_not_make_a_false_outcome_likely() {
    let mut random = queue::Random::new(7);
    let target = SimulatedTarget {
        law: ServiceLaw::Exponential,
        arrivals: SimulatedArrivals::Poisson,
        rate: 1000.0,
        hits: 200,
        utilization: 0.5,
        state: 0.02,
    };
    let figures = [ComparedFigure::ResponseP50, ComparedFigure::ResponseP90];
    let mut run = || {
        let mut run = target.run(&mut random).figures(1.0);
        for group in 0..50 {
            let scope = FigureScope {
                group: Some(format!("{group}")),
                ..FigureScope::default()
            };
            let times = target.run(&mut random).0;
            for (figure, quantile) in figures.into_iter().zip([0.5, 0.9]) {
                let us = times.quantile(quantile).as_secs_f64() * 1e6;
                run = run.with_value(scope.clone(), figure, us);
            }
        }
        run
    };
    let (mut alone, mut overall) = (0, 0);
    for _ in 0..40 {
        let mut side = || -> Vec<RunFigures> { (0..5).map(|_| run()).collect() };
        let (base, new) = (side(), side());
        let options = CompareOptions::default();
        let found = compare_figures(&base, &new, ComparisonDesign::Independent, &options);
        let worse = hammer_analysis::ComparisonOutcome::Worse;
        alone += usize::from(
            found
                .figures
                .iter()
                .any(|it| it.decides && it.outcome == worse),
        );
        overall += usize::from(found.outcome == worse);
    }
    assert!(alone >= 20, "{alone}");
    assert!(overall <= 5, "{overall}");
}
