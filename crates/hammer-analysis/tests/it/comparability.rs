//! Runs that are refused, and warnings about others.

use hammer_analysis::{
    ComparableLoad, CompareOptions, RunNames, RunPairing, check_before_run, check_comparability,
    check_planned_loads, compare,
};
use hammer_core::{
    AbortReason, ArrivalProcess, MeasuredValue, OpenOrClosedLoop, Report, RunFile, VerdictStatus,
};

use crate::recorded_run::{RecordedLoad, plan};

/// A change of a run.
type RunChange = fn(&mut RunFile);

/// A change of a load that has not run.
type LoadChange = fn(&mut ComparableLoad);

/// Two short runs, each of which a test may change.
fn pair() -> (RunFile, RunFile) {
    let short = |seed| RecordedLoad {
        seconds: 2,
        groups: vec!["reads", "writes"],
        ..RecordedLoad::new(seed)
    };
    let mut runs = [short(1).run(), short(2).run()];
    // Nothing of this machine is in the texts.
    for run in &mut runs {
        run.host = hammer_core::HostDescription::default();
    }
    let [base, new] = runs;
    (base, new)
}

/// The message of a pair whose new run was changed so.
fn refusal(change: impl FnOnce(&mut RunFile)) -> String {
    let (base, mut new) = pair();
    change(&mut new);
    let refused = compare(&[base], &[new], &CompareOptions::default());
    refused.expect_err("different runs").to_string()
}

/// The warnings of a pair whose new run was changed so.
fn warnings(change: impl FnOnce(&mut RunFile)) -> Vec<String> {
    let (base, mut new) = pair();
    change(&mut new);
    let warnings = check_comparability(&[base], &[new]).expect("comparable runs");
    warnings.iter().map(ToString::to_string).collect()
}

fn load(run: &mut RunFile) -> &mut Report {
    &mut run.report.loads[0].report
}

#[test]
fn runs_of_different_loads_are_refused() {
    let changes: [(RunChange, &str); 13] = [
        (|run| load(run).hammer = "mqtt".into(), "different hammer: "),
        (
            |run| load(run).loop_kind = OpenOrClosedLoop::Closed,
            "different loop: open in base run 1, closed in new run 1",
        ),
        (
            |run| load(run).generator.is_user_pool = true,
            "different loop: open in base run 1, open, with a pool of users in new run 1",
        ),
        (
            |run| load(run).shape = "60".into(),
            "different rate: 50/s in base run 1, 60/s in new run 1",
        ),
        (
            |run| load(run).shape = "50..60/2s".into(),
            "different shape: 50 in base run 1, 50..60/2s in new run 1",
        ),
        (
            |run| load(run).shape = "50/s/2s".into(),
            "different shape: 50 in base run 1, 50/s/2s in new run 1",
        ),
        (
            |run| load(run).arrivals = ArrivalProcess::Poisson,
            "different arrival process: even in base run 1, poisson in new run 1",
        ),
        (
            |run| load(run).warmup_s = 5.0,
            "different warm-up: 0 s in base run 1, 5 s in new run 1",
        ),
        (
            |run| load(run).groups[1].name = "lists".into(),
            "new run 1 has no group \"writes\", and other runs have it; \
             base run 1 has no group \"lists\", and other runs have it",
        ),
        (
            |run| {
                run.report.verdict.status = VerdictStatus::Invalid;
                run.report.verdict.reasons = vec!["12 hits were not sent.".into()];
            },
            "new run 1 is invalid: 12 hits were not sent.",
        ),
        (
            |run| run.report.stopped = true,
            "new run 1 was stopped before its schedule ended",
        ),
        (
            |run| {
                // An end by a condition is also a stop.
                run.report.stopped = true;
                run.report.aborted = Some(AbortReason {
                    expression: "p99 > 1s".into(),
                    measured: MeasuredValue {
                        value: Some(2e6),
                        infinite: false,
                        unit: "us".into(),
                    },
                    relative: None,
                    t_s: 1.0,
                    rate: None,
                });
            },
            "new run 1 was ended early by the condition 'p99 > 1s'",
        ),
        (
            |run| run.report.measured = None,
            "new run 1 has no histograms (try a run file in place of a report)",
        ),
    ];
    for (change, expected) in changes {
        let found = refusal(change);
        assert!(found.starts_with(expected), "{found:?}, {expected:?}");
    }
    // All reasons are reported.
    let found = refusal(|run| {
        load(run).shape = "60".into();
        load(run).warmup_s = 5.0;
    });
    assert!(
        found.contains("rate") && found.contains("; different warm-up"),
        "{found}"
    );
}

/// The reason was behind the groups that another hammer has.
#[test]
fn another_hammer_is_the_only_reason_of_its_load() {
    let found = refusal(|run| {
        let load = load(run);
        load.hammer = "replay".into();
        load.groups.clear();
        load.shape = "60".into();
        load.warmup_s = 5.0;
    });
    let hammer = pair().0.report.loads[0].report.hammer.clone();
    assert_eq!(
        found,
        format!("different hammer: {hammer} in base run 1, replay in new run 1")
    );
    let found = refusal(|run| {
        let load = load(run);
        load.loop_kind = OpenOrClosedLoop::Closed;
        load.shape = "max".into();
        load.groups.clear();
    });
    assert_eq!(
        found,
        "different loop: open in base run 1, closed in new run 1"
    );
}

#[test]
fn loads_must_be_on_both_sides() {
    let load = |seed| RecordedLoad {
        seconds: 1,
        ..RecordedLoad::new(seed)
    };
    let base = plan([("read", load(1)), ("write", load(2))]);
    let new = plan([("read", load(1)), ("list", load(2))]);
    let refused = check_comparability(&[base], &[new]).expect_err("different loads");
    assert_eq!(
        refused.to_string(),
        "new run 1 has no load \"write\", and other runs have it; \
         base run 1 has no load \"list\", and other runs have it"
    );
}

/// A run that is compared with itself is always the same.
#[test]
fn sides_need_different_runs() {
    let (base, new) = pair();
    let check = |base: &[RunFile], new: &[RunFile]| {
        check_comparability(base, new)
            .expect_err("refused runs")
            .to_string()
    };
    let one = &[base.clone()][..];
    assert_eq!(
        check(one, one),
        "new run 1 and base run 1 are the same run (try another run file)"
    );
    let twice = [base.clone(), base.clone()];
    let found = check(&twice, std::slice::from_ref(&new));
    assert!(
        found.starts_with("base run 2 and base run 1 are the same run"),
        "{found}"
    );
    assert_eq!(check(one, &[]), "expected a new run, found none");
    assert!(check(&[], &[]).starts_with("expected a base run, found none; expected a new run"));
    let paired = CompareOptions {
        pairing: RunPairing::Paired,
        ..CompareOptions::default()
    };
    let mut other = base.clone();
    other.id = "another".into();
    let one_pair = compare(one, std::slice::from_ref(&new), &paired).expect_err("one pair");
    assert_eq!(
        one_pair.to_string(),
        "expected at least 3 runs of each side to compare in pairs, found 1"
    );
    let refused = compare(&[base, other], &[new], &paired).expect_err("a run without its pair");
    assert_eq!(
        refused.to_string(),
        "expected as many new runs as base runs, found 1 and 2"
    );
}

#[test]
fn other_differences_are_warnings() {
    assert_eq!(warnings(|_| ()), [""; 0]);
    let changes: [(RunChange, &str); 15] = [
        (|run| load(run).target = "b".into(), "different target: "),
        (
            |run| run.report.duration_s *= 1.1,
            "different duration: 2.0 s in base, 2.2 s in new",
        ),
        (
            |run| {
                let settings = load(run).settings.as_mut().expect("settings");
                settings.timeout_s = 1.0;
            },
            "different timeout: ",
        ),
        (
            |run| {
                let settings = load(run).settings.as_mut().expect("settings");
                settings.skip_late_s = Some(0.5);
            },
            "different limit of lateness: none in base, 0.5 s in new",
        ),
        (
            |run| {
                let settings = load(run).settings.as_mut().expect("settings");
                settings.drain_s = Some(0.5);
            },
            "different time to drain: the timeout in base, 0.5 s in new",
        ),
        (
            |run| {
                let settings = load(run).settings.as_mut().expect("settings");
                settings.max_backlog = 5;
            },
            "different maximum of the backlog: 1000000 in base, 5 in new",
        ),
        (
            |run| load(run).generator.max_in_flight = 5,
            "different maximum of hits in flight: 10000 in base, 5 in new",
        ),
        (
            |run| load(run).generator.threads = 7,
            "different number of threads: 1 in base, 7 in new",
        ),
        (
            |run| load(run).seed = 9,
            "different seed: 1 in base, 9 in new",
        ),
        (
            |run| run.version = "9.0".into(),
            "different version of hammer: ",
        ),
        (
            |run| run.host.cpu_model = "Z80".into(),
            "different processor: unknown in base, Z80 in new",
        ),
        (|run| run.host.cores = 64, "different number of cores: "),
        (
            |run| run.host.kernel = "6.1".into(),
            "different kernel: unknown in base, 6.1 in new",
        ),
        (
            |run| {
                run.report.verdict.status = VerdictStatus::Suspect;
                run.report.verdict.reasons = vec!["Hits were late.".into()];
            },
            "new run 1 is suspect: Hits were late.",
        ),
        (
            |run| load(run).rate.achieved *= 0.9,
            "new run 1 started only 90.0 % of the hits due",
        ),
    ];
    for (change, expected) in changes {
        let found = warnings(change);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(expected), "{found:?}, {expected:?}");
    }
    // A duration may differ by 5 %.
    assert_eq!(warnings(|run| run.report.duration_s *= 1.04), [""; 0]);
}

/// Runs of one side that differ are treated as sides that differ.
#[test]
fn runs_within_a_side_are_checked_as_well() {
    let (base, new) = pair();
    let mut other = new.clone();
    other.id = "another".into();
    other.host.kernel = "6.1".into();
    let found = check_comparability(std::slice::from_ref(&base), &[new.clone(), other.clone()]);
    let found = found.expect("comparable runs");
    assert_eq!(
        found[0].to_string(),
        "different kernel: unknown in base, unknown, 6.1 in new"
    );
    load(&mut other).shape = "60".into();
    let refused = check_comparability(&[base], &[new, other]).expect_err("different shapes");
    assert_eq!(
        refused.to_string(),
        "different rate: 50/s in base run 1, 60/s in new run 2"
    );
}

/// A plan has the same rules as the run that it becomes.
#[test]
fn a_plan_is_checked_before_its_run() {
    let (base, _) = pair();
    let planned = ComparableLoad {
        name: "any".into(),
        hammer: base.report.loads[0].report.hammer.clone(),
        loop_kind: OpenOrClosedLoop::Open,
        is_user_pool: false,
        shape: "50".into(),
        arrivals: ArrivalProcess::Even,
        warmup_s: 0.0,
        groups: vec!["reads".into(), "writes".into()],
    };
    let names = RunNames::Pair {
        base: "the baseline",
        new: "this run",
    };
    let refusal = |base: &RunFile, change: LoadChange| {
        let mut load = planned.clone();
        change(&mut load);
        let checked = check_before_run(base, &[load]);
        checked.map_err(|refused| refused.text(names))
    };
    assert_eq!(refusal(&base, |_| ()), Ok(()));
    let changes: [(LoadChange, &str); 4] = [
        (
            |load| load.is_user_pool = true,
            "different loop: open in the baseline, open, with a pool of users in this run",
        ),
        (
            |load| load.shape = "60".into(),
            "different rate: 50/s in the baseline, 60/s in this run",
        ),
        (
            |load| load.groups = vec!["reads".into()],
            "this run has no group \"writes\", and the baseline has it",
        ),
        (
            |load| load.groups.push("lists".into()),
            "the baseline has no group \"lists\", and this run has it",
        ),
    ];
    for (change, expected) in changes {
        assert_eq!(refusal(&base, change), Err(expected.to_owned()));
    }
    // Two plans differ in the same way as a run and a plan.
    let mut faster = planned.clone();
    faster.shape = "60".into();
    let (base_plan, new_plan) = ([planned.clone()], [faster]);
    assert_eq!(check_planned_loads(&base_plan, &base_plan), Ok(()));
    let refused = check_planned_loads(&base_plan, &new_plan).expect_err("different shapes");
    assert_eq!(
        refused.to_string(),
        "different rate: 50/s in base run 1, 60/s in new run 1"
    );
    let two = [planned.clone(), new_plan[0].clone()];
    let refused = check_planned_loads(&two, &[]).expect_err("no loads");
    assert_eq!(
        refused.to_string(),
        "new run 1 has no load \"any\", and other runs have it"
    );
    let mut stopped = base;
    stopped.report.stopped = true;
    assert_eq!(
        refusal(&stopped, |_| ()),
        Err("the baseline was stopped before its schedule ended".to_owned())
    );
}
