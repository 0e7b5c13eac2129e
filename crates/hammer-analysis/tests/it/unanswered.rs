//! Targets that do not answer.

use hammer_analysis::RunNames;
use hammer_analysis::{
    CompareOptions, ComparedFigure, Comparison, ComparisonOutcome, ComparisonSide, RunPairing,
    UnansweredSide, UndecidedReason, compare, warning_texts,
};
use hammer_core::{RunFile, VerdictStatus};

use crate::recorded_run::{RecordedLoad, figure, plan};

const PERCENTILES: [ComparedFigure; 4] = [
    ComparedFigure::ResponseP50,
    ComparedFigure::ResponseP90,
    ComparedFigure::ResponseP99,
    ComparedFigure::ResponseP999,
];

/// Runs of five seconds, of which one of this many hits fails.
fn short(seeds: std::ops::RangeInclusive<u64>, one_fails_of: u64) -> Vec<RunFile> {
    let loads = seeds.map(|seed| RecordedLoad {
        seconds: 5,
        ..RecordedLoad::new(seed).failing(one_fails_of)
    });
    loads.map(RecordedLoad::run).collect()
}

fn compared(base: &[RunFile], new: &[RunFile]) -> Comparison {
    compare(base, new, &CompareOptions::default()).expect("comparable runs")
}

/// Short runs had no interval, so that a dead target seemed like a living one, or was only
/// "worse, perhaps by chance".
#[test]
fn a_side_without_answers_is_worse_however_few_and_short_its_runs_are() {
    let pairs = CompareOptions {
        pairing: RunPairing::Paired,
        ..CompareOptions::default()
    };
    for (runs, options) in [
        (1, CompareOptions::default()),
        (2, CompareOptions::default()),
        (3, CompareOptions::default()),
        (3, pairs),
        (5, pairs),
    ] {
        let (living, dead) = (short(1..=runs, 0), short(11..=10 + runs, 1));
        for (base, new, outcome, side) in [
            (&living, &dead, ComparisonOutcome::Worse, "new"),
            (&dead, &living, ComparisonOutcome::Better, "base"),
        ] {
            let found = compare(base, new, &options).expect("comparable runs");
            assert_eq!(found.outcome, outcome, "{runs}: {found:#?}");
            for percentile in PERCENTILES {
                let compared = figure(&found, "", percentile);
                assert_eq!(compared.outcome, outcome, "{runs}: {compared:?}");
                assert!(compared.confirmed, "{runs}: {compared:?}");
                assert!(
                    compared
                        .change
                        .is_some_and(|it| it.value.is_infinite() || side == "base")
                );
            }
            let errors = figure(&found, "", ComparedFigure::Errors);
            assert_eq!((errors.outcome, errors.confirmed), (outcome, true));
            assert_eq!(
                found.unanswered_texts(),
                [format!("no hit was answered on the {side} side")]
            );
        }
    }
}

/// Long runs of few hits: p99.9 has no interval, and the others were "worse, perhaps by chance".
#[test]
fn a_side_without_answers_is_worse_in_long_runs() {
    let load = |seed, one_of| RecordedLoad::new(seed).failing(one_of).run();
    let found = compared(&[load(1, 0)], &[load(2, 1)]);
    for percentile in PERCENTILES {
        let compared = figure(&found, "", percentile);
        assert_eq!(compared.outcome, ComparisonOutcome::Worse, "{compared:?}");
        assert!(compared.confirmed, "{compared:?}");
    }
}

#[test]
fn nothing_is_known_of_two_sides_without_answers() {
    for runs in [1, 3] {
        let found = compared(&short(1..=runs, 1), &short(11..=10 + runs, 1));
        assert_eq!(found.outcome, ComparisonOutcome::CannotTell);
        for percentile in PERCENTILES {
            let compared = figure(&found, "", percentile);
            assert_eq!(compared.undecided, Some(UndecidedReason::NoAnswer));
        }
        assert_eq!(
            found.unanswered_texts(),
            ["no hit was answered on either side"]
        );
    }
}

/// One bad second of a short run was enough to be worse: its errors were taken as independent.
#[test]
fn a_bad_second_of_a_short_run_may_be_chance() {
    let burst = RecordedLoad {
        seconds: 5,
        failing_hits: 100..125,
        ..RecordedLoad::new(2)
    };
    let found = compared(&short(1..=1, 0), &[burst.run()]);
    let errors = figure(&found, "", ComparedFigure::Errors);
    assert!(!errors.confirmed, "{errors:?}");
    assert_eq!(found.outcome, ComparisonOutcome::CannotTell, "{found:?}");
}

/// A share of errors needs no slices of time, but says little of few hits.
#[test]
fn errors_of_short_runs_are_judged_by_their_number() {
    for (one_of, outcome) in [
        (100, ComparisonOutcome::CannotTell),
        (5, ComparisonOutcome::Worse),
    ] {
        let found = compared(&short(1..=1, 0), &short(2..=2, one_of));
        let errors = figure(&found, "", ComparedFigure::Errors);
        assert_eq!(errors.outcome, outcome, "{errors:?}");
        assert!(
            errors
                .change
                .is_some_and(|change| change.interval.is_some())
        );
        assert_eq!(found.outcome, outcome);
        assert_eq!(found.unanswered_texts(), [""; 0]);
        let p50 = figure(&found, "", ComparedFigure::ResponseP50);
        assert_eq!(p50.undecided, Some(UndecidedReason::TooFewSlices));
        let texts = warning_texts(&found, RunNames::Places);
        let note = "base run 1 and new run 1 are too short for intervals of percentiles; the share of \
                    errors is judged by their few seconds";
        assert!(texts.iter().any(|text| text == note), "{texts:?}");
    }
    // One hit in ten without an answer makes p99 infinite. That p90 is, may be chance.
    let found = compared(&short(1..=1, 0), &short(2..=2, 9));
    let p99 = figure(&found, "", ComparedFigure::ResponseP99);
    assert_eq!(p99.outcome, ComparisonOutcome::Worse, "{p99:?}");
    let p90 = figure(&found, "", ComparedFigure::ResponseP90);
    assert_eq!(p90.outcome, ComparisonOutcome::CannotTell, "{p90:?}");
}

#[test]
fn a_load_that_one_side_answered_is_named() {
    let of_plan = |seed, one_of| {
        let load = |seed| RecordedLoad {
            seconds: 5,
            ..RecordedLoad::new(seed)
        };
        plan([
            ("read", load(seed)),
            ("write", load(seed + 9).failing(one_of)),
        ])
    };
    let found = compared(&[of_plan(1, 0)], &[of_plan(2, 1)]);
    let write = UnansweredSide {
        load: Some("write".into()),
        side: ComparisonSide::New,
    };
    assert_eq!(found.unanswered, [write]);
    assert_eq!(
        found.unanswered_texts(),
        ["load \"write\": no hit was answered on the new side"]
    );
    assert_eq!(found.outcome, ComparisonOutcome::Worse);
    let p50 = figure(&found, "[write]", ComparedFigure::ResponseP50);
    assert_eq!(p50.outcome, ComparisonOutcome::Worse, "{p50:?}");
}

/// "Suspect" of each run was listed before different shares of errors, and targets were a warning.
#[test]
fn what_makes_runs_hard_to_compare_is_the_first_warning() {
    let mut base = short(1..=3, 0);
    let mut new = short(11..=13, 1);
    for run in base.iter_mut().chain(&mut new).skip(1) {
        run.report.verdict.status = VerdictStatus::Suspect;
        run.report.verdict.reasons = vec!["Hits were late.".into()];
        run.host.kernel = "6.1".into();
    }
    for run in &mut new {
        run.report.loads[0].report.target = "http://b/".into();
        run.report.loads[0].report.rate.achieved *= 0.9;
    }
    for run in &mut base {
        run.report.loads[0].report.target = "http://a/".into();
    }
    let found = compared(&base, &new);
    let texts = warning_texts(&found, RunNames::Places);
    assert_eq!(
        texts[..3],
        [
            "different shares of errors: 0.00 % in base, 100.00 % in new",
            "new runs 1 to 3 started only 90.0 % of the hits due",
            "5 of 6 runs are suspect: Hits were late.",
        ]
    );
    assert!(texts[3].starts_with("different kernel: "), "{texts:?}");
    assert_eq!(texts.len(), 4, "{texts:?}");
    let targets = found.different_targets.iter();
    let targets: Vec<_> = targets.map(|it| it.text(RunNames::Places)).collect();
    assert_eq!(targets, ["base target: http://a/; new target: http://b/"]);
}
