//! Error rates of comparisons of simulated runs.

use hammer_analysis::{
    CompareOptions, ComparedFigure, ComparisonDesign, FigureScope, RunFigures, compare_figures,
};

use queue::{ServiceLaw, SimulatedArrivals, SimulatedTarget};
use tally::SimulationTally;

#[path = "../../examples/simulate/queue.rs"]
mod queue;
#[path = "../../examples/simulate/tally.rs"]
mod tally;

/// The example `simulate` makes the same comparisons, with longer runs and more of them.
///
/// Of 150 comparisons, 5 % are 7.5, and at most 14 (9.3 %) with a probability of 99 %.
#[test]
fn the_same_target_is_rarely_worse_and_a_slower_one_is_found() {
    for law in ServiceLaw::ALL {
        for arrivals in SimulatedArrivals::ALL {
            let target = SimulatedTarget {
                law,
                arrivals,
                rate: 1000.0,
                hits: 2000,
                utilization: 0.3,
                state: 0.02,
            };
            let tally = SimulationTally::simulate(target, 150, 5, 1.3, 20_261_130);
            for same in [tally.same_target, tally.same_target_p99] {
                let worse = same.percent(same.worse);
                assert!(worse <= 9.4, "{law:?} {arrivals:?}: {tally:?}");
            }
            let found = tally.slower.percent(tally.slower.worse);
            assert!(found >= 80.0, "{law:?} {arrivals:?}: {tally:?}");
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
