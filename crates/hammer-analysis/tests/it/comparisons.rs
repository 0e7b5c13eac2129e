//! Outcomes of comparisons.

use hammer_analysis::{
    ComparabilityWarning, CompareOptions, ComparedFigure, Comparison, ComparisonDesign,
    ComparisonOutcome, RunPairing, UndecidedReason, compare,
};
use hammer_core::RunFile;

use crate::recorded_run::{RecordedLoad, figure, plan, runs};

const P50: ComparedFigure = ComparedFigure::ResponseP50;
const P99: ComparedFigure = ComparedFigure::ResponseP99;

fn compared(base: &[RunFile], new: &[RunFile]) -> Comparison {
    compare(base, new, &CompareOptions::default()).expect("comparable runs")
}

#[test]
fn one_and_one_run_are_compared_within_themselves() {
    let base = runs([1], 1.0);
    let found = compared(&base, &runs([2], 1.0));
    assert_eq!(found.design, ComparisonDesign::WithinRuns);
    assert_eq!(found.outcome, ComparisonOutcome::CannotTell, "{found:#?}");
    // Nothing is known about the differences between runs.
    assert_eq!(found.more_runs, None);
    let p99 = figure(&found, "", P99);
    let change = p99.change.expect("a change").interval.expect("an interval");
    assert!(change.low < 0.0 && change.high > 0.0, "{p99:?}");
    let rare = figure(&found, "", ComparedFigure::ResponseP999);
    assert_eq!(rare.undecided, Some(UndecidedReason::TooFewHits));
    let errors = figure(&found, "", ComparedFigure::Errors);
    assert_eq!(errors.outcome, ComparisonOutcome::CannotTell, "{errors:?}");

    let found = compared(&base, &runs([2], 1.5));
    assert_eq!(found.outcome, ComparisonOutcome::Worse);
    assert!(figure(&found, "", P50).confirmed);
    let found = compared(&base, &runs([2], 0.5));
    assert_eq!(found.outcome, ComparisonOutcome::Better);
}

#[test]
fn three_and_three_runs_find_a_slower_target() {
    let base = runs(1..=3, 1.0);
    let found = compared(&base, &runs(4..=6, 1.3));
    assert_eq!(found.design, ComparisonDesign::Independent);
    assert_eq!(found.outcome, ComparisonOutcome::Worse);
    let p50 = figure(&found, "", P50);
    assert_eq!(p50.outcome, ComparisonOutcome::Worse);
    let change = p50.change.expect("a change").value;
    assert!((change - 0.3).abs() < 0.1, "{change}");
    assert_eq!((p50.base_runs.len(), p50.new_runs.len()), (3, 3));
    assert!(p50.ranks.is_some_and(|ranks| (ranks.p - 0.1).abs() < 1e-9));
    // The schedule was kept in each run, so that nothing varied.
    let rate = figure(&found, "", ComparedFigure::AchievedRate);
    assert_eq!(rate.outcome, ComparisonOutcome::Same);

    let found = compared(&base, &runs(4..=6, 1.0));
    assert_ne!(found.outcome, ComparisonOutcome::Worse, "{found:#?}");
}

/// Runs with a slow round: each pair differs by as much as the others.
#[test]
fn runs_in_turn_are_compared_in_pairs() {
    let round = [1.0, 1.6, 0.8, 1.3];
    let side = |first: u64, slower: f64| -> Vec<RunFile> {
        let runs = round.iter().zip(1..);
        let runs = runs.map(|(factor, number)| {
            let mut run = RecordedLoad::new(number).slower(factor * slower).run();
            run.started_at = format!("2026-11-30T1{number}:0{first}:00.000Z");
            run
        });
        runs.collect()
    };
    let (base, new) = (side(0, 1.0), side(1, 1.1));
    let found = compared(&base, &new);
    assert_eq!(found.design, ComparisonDesign::Paired);
    assert_eq!(figure(&found, "", P50).outcome, ComparisonOutcome::Worse);
    assert_eq!(found.outcome, ComparisonOutcome::Worse);
    let independent = CompareOptions {
        pairing: RunPairing::Independent,
        ..CompareOptions::default()
    };
    let found = compare(&base, &new, &independent).expect("comparable runs");
    assert_eq!(
        figure(&found, "", P50).outcome,
        ComparisonOutcome::CannotTell
    );
}

/// A target that refuses 2 % at once is faster in all that it answers.
#[test]
fn hits_without_an_answer_are_infinitely_slow() {
    let base = runs(1..=4, 1.0);
    let new: Vec<RunFile> = (5..=8)
        .map(|seed| RecordedLoad::new(seed).failing(50).run())
        .collect();
    let found = compared(&base, &new);
    let p99 = figure(&found, "", P99);
    assert_eq!(p99.new, Some(f64::INFINITY));
    assert_eq!(p99.outcome, ComparisonOutcome::Worse, "{p99:?}");
    let errors = figure(&found, "", ComparedFigure::Errors);
    assert_eq!(
        (errors.base, errors.outcome),
        (Some(0.0), ComparisonOutcome::Worse)
    );
    assert!(
        errors
            .new
            .is_some_and(|percent| (percent - 2.0).abs() < 1e-9)
    );
    assert_eq!(found.outcome, ComparisonOutcome::Worse);
    let warned = |warning: &ComparabilityWarning| {
        matches!(
            warning,
            ComparabilityWarning::ErrorShares { load: None, .. }
        )
    };
    assert!(found.warnings.iter().any(warned), "{:?}", found.warnings);

    let found = compared(&base[..1], &new[..1]);
    assert_eq!(found.outcome, ComparisonOutcome::Worse);
    assert_eq!(figure(&found, "", P99).outcome, ComparisonOutcome::Worse);
}

/// Ranks of three and three runs, or of five pairs, decide nothing; the shares of hits do.
#[test]
fn few_runs_show_that_a_percentile_became_infinite() {
    let base = runs(1..=5, 1.0);
    let new: Vec<RunFile> = (11..=15)
        .map(|seed| RecordedLoad::new(seed).failing(50).run())
        .collect();
    let pairs = CompareOptions {
        pairing: RunPairing::Paired,
        ..CompareOptions::default()
    };
    for (count, options) in [(3, CompareOptions::default()), (3, pairs), (5, pairs)] {
        for is_worse in [true, false] {
            let (mut sides, mut expected) = ([&base, &new], ComparisonOutcome::Worse);
            if !is_worse {
                sides.reverse();
                expected = ComparisonOutcome::Better;
            }
            let [base, new] = sides.map(|runs| &runs[..count]);
            let found = compare(base, new, &options).expect("comparable runs");
            let p99 = figure(&found, "", P99);
            assert_eq!(p99.outcome, expected, "{p99:?}");
            assert!(p99.p.is_some_and(|p| p > 0.0 && p < 0.02), "{p99:?}");
        }
    }
}

/// A percentile with too few hits for an interval was left out, and the rest was the same.
#[test]
fn a_tenfold_percentile_is_not_the_same() {
    let load = |seed| RecordedLoad {
        seconds: 15,
        varies: false,
        ..RecordedLoad::new(seed)
    };
    let options = CompareOptions {
        error_margin_points: 5.0,
        ..CompareOptions::default()
    };
    let compared = |new: RecordedLoad| {
        compare(&[load(1).run()], &[new.run()], &options).expect("comparable runs")
    };
    let found = compared(load(2));
    assert_eq!(found.outcome, ComparisonOutcome::CannotTell, "{found:#?}");
    let found = compared(RecordedLoad {
        one_is_slow_of: 60,
        ..load(2)
    });
    let p99 = figure(&found, "", P99);
    assert_eq!(p99.undecided, Some(UndecidedReason::TooFewHits));
    assert!(p99.change.is_some_and(|it| it.value > 8.0), "{p99:?}");
    assert_eq!(found.outcome, ComparisonOutcome::CannotTell);
    // With enough hits for p99, only p99.9 is left out.
    let long = |seed| RecordedLoad {
        seconds: 60,
        ..load(seed)
    };
    let found = compare(&[long(1).run()], &[long(2).run()], &options).expect("comparable runs");
    assert_eq!(found.outcome, ComparisonOutcome::Same, "{found:#?}");
    let left_out: Vec<_> = found.left_out().map(|it| it.figure).collect();
    assert_eq!(left_out, [ComparedFigure::ResponseP999]);
}

/// Two errors in each of three runs, and none in the others, had a p value of 0.
#[test]
fn a_few_errors_may_be_chance() {
    let side = |first: u64, one_of| -> Vec<RunFile> {
        let loads = (first..first + 3).map(|seed| RecordedLoad::new(seed).failing(one_of));
        loads.map(RecordedLoad::run).collect()
    };
    let (base, new) = (side(1, 0), side(4, 1_800));
    let found = compared(&base, &new);
    let errors = figure(&found, "", ComparedFigure::Errors);
    assert_eq!(errors.outcome, ComparisonOutcome::CannotTell, "{errors:?}");
    assert!(errors.p.is_some_and(|p| p > 0.02), "{errors:?}");
    let found = compared(&side(1, 0), &side(7, 100));
    let errors = figure(&found, "", ComparedFigure::Errors);
    assert_eq!(errors.outcome, ComparisonOutcome::Worse, "{errors:?}");
    assert!(errors.confirmed, "{errors:?}");
}

#[test]
fn stages_and_groups_are_compared_on_their_own() {
    let side = |seeds: std::ops::RangeInclusive<u64>, factor: f64| -> Vec<RunFile> {
        let loads = seeds.map(|seed| RecordedLoad {
            shape: "50/30s, 100/30s",
            groups: vec!["reads", "writes"],
            ..RecordedLoad::new(seed).slower(factor)
        });
        loads.map(RecordedLoad::run).collect()
    };
    let found = compared(&side(1..=3, 1.0), &side(4..=6, 1.4));
    for scope in ["", "[stage 1]", "[stage 2]", "[reads]", "[writes]"] {
        let p50 = figure(&found, scope, P50);
        assert_eq!(p50.outcome, ComparisonOutcome::Worse, "{scope}: {p50:?}");
    }
    let scopes: Vec<String> = found
        .figures
        .iter()
        .map(|it| it.scope.to_string())
        .collect();
    assert!(
        scopes.windows(2).filter(|pair| pair[0] != pair[1]).count() == 4,
        "{scopes:?}"
    );
    let found = compared(&side(1..=1, 1.0), &side(4..=4, 1.8));
    assert_eq!(
        figure(&found, "[stage 2]", P50).outcome,
        ComparisonOutcome::Worse
    );
    assert_eq!(
        figure(&found, "[reads]", P50).outcome,
        ComparisonOutcome::Worse
    );
}

#[test]
fn loads_of_a_plan_are_compared_on_their_own() {
    let side = |seeds: [u64; 3], factor: f64| {
        seeds.map(|seed| {
            let slow = RecordedLoad::new(seed).slower(factor);
            plan([("read", RecordedLoad::new(seed + 50)), ("write", slow)])
        })
    };
    let found = compared(&side([1, 2, 3], 1.0), &side([4, 5, 6], 1.5));
    assert_eq!(
        figure(&found, "[write]", P50).outcome,
        ComparisonOutcome::Worse
    );
    assert_ne!(
        figure(&found, "[read]", P50).outcome,
        ComparisonOutcome::Worse
    );
    assert_eq!(found.outcome, ComparisonOutcome::Worse);
    // Within one run of each side, all loads together have intervals too.
    let found = compared(&side([1, 2, 3], 1.0)[..1], &side([4, 5, 6], 2.0)[..1]);
    assert_eq!(figure(&found, "", P50).outcome, ComparisonOutcome::Worse);
    assert_eq!(
        figure(&found, "[write]", P99).outcome,
        ComparisonOutcome::Worse
    );
}

/// A run file that was read gives the same comparison as the run itself.
#[test]
fn run_files_are_compared_as_runs() {
    let (base, new) = (runs([1], 1.0), runs([2], 1.1));
    let read = |runs: &[RunFile]| -> Vec<RunFile> {
        let runs = runs.iter();
        let bytes = runs.map(|run| run.to_json().expect("JSON"));
        bytes
            .map(|bytes| RunFile::from_json(&bytes).expect("a run file"))
            .collect()
    };
    assert_eq!(compared(&base, &new), compared(&read(&base), &read(&new)));
}

#[test]
fn short_runs_have_no_intervals() {
    let short = |seed| RecordedLoad {
        seconds: 5,
        ..RecordedLoad::new(seed)
    };
    let found = compared(&[short(1).run()], &[short(2).slower(3.0).run()]);
    assert_eq!(found.outcome, ComparisonOutcome::CannotTell);
    let p50 = figure(&found, "", P50);
    assert_eq!(p50.undecided, Some(UndecidedReason::TooFewSlices));
    assert!(
        p50.change
            .is_some_and(|change| change.value > 1.0 && change.interval.is_none())
    );
}

/// A run file may have been written by anyone. Nothing about these counts is plausible.
#[test]
fn implausible_run_files_are_compared_without_a_panic() {
    let base = RecordedLoad {
        shape: "50/15s, 20/15s",
        seconds: 30,
        groups: vec!["reads", "writes"],
        ..RecordedLoad::new(1)
    };
    let base = base.run();
    let json = String::from_utf8(base.to_json().expect("JSON")).expect("UTF-8");
    let most = u64::MAX.to_string();
    for (from, to) in [
        ("\"failed\":0", format!("\"failed\":{most}")),
        (
            "\"scheduled\":",
            "\"scheduled\":1844674407370955161".to_owned(),
        ),
        ("\"started\":", "\"started\":99999999".to_owned()),
        ("\"achieved\":", "\"achieved\":-".to_owned()),
        ("\"t_s\":", "\"t_s\":99999999".to_owned()),
        ("\"width_s\":", "\"width_s\":99999999".to_owned()),
        ("\"duration_s\":", "\"duration_s\":-".to_owned()),
        ("\"cpu_s\":", "\"cpu_s\":-1".to_owned()),
        ("\"timeline\":[", "\"timeline\":[],\"other\":[".to_owned()),
    ] {
        let changed = json.replace(from, &to).replace(&base.id, "another");
        assert_ne!(changed, json);
        let Ok(run) = RunFile::from_json(changed.as_bytes()) else {
            continue;
        };
        for (base, new) in [(&base, &run), (&run, &base)] {
            let (base, new) = (std::slice::from_ref(base), std::slice::from_ref(new));
            if let Ok(found) = compare(base, new, &CompareOptions::default()) {
                serde_json::to_string(&found).expect("JSON");
            }
        }
    }
}
