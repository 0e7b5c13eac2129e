//! Tests of the report of a plan, which is the report of any run.

use std::time::Duration;

use hammer_core::testing::{ScriptStep, ScriptedHammer, with_paused_clock};
use hammer_core::{
    AbortReason, Outcome, PlanLoadReport, PlanReport, Report, Run, Schedule, Shape, Verdict,
    VerdictStatus,
};
use hammer_plan::{Measurements, Threshold, check_thresholds, withdraw_relative_results};
use serde_json::Value;

/// The report of a run with two stages, in which each hit takes 3 ms.
fn report() -> Report {
    let schedule = Schedule::new("30/1s, 61/1s".parse::<Shape>().unwrap());
    let answer = |_: &_| ScriptStep::Answer(Duration::from_millis(3), Outcome::ok(200));
    let run = Run::new(ScriptedHammer::new(answer), schedule);
    with_paused_clock(run).execute().unwrap()
}

fn plan(offsets_s: &[u64]) -> PlanReport {
    let loads = offsets_s.iter().enumerate().map(|(number, offset)| {
        let name = format!("load-{}", number + 1);
        PlanLoadReport::new(name, Duration::from_secs(*offset), report())
    });
    PlanReport::new("plan.toml".into(), Duration::ZERO, loads.collect())
}

fn thresholds(all: &[&str]) -> Vec<Threshold> {
    all.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn the_json_is_flat_for_a_single_load_only() {
    for (offsets_s, flat) in [(&[0][..], true), (&[1], false), (&[0, 0], false)] {
        let report = plan(offsets_s);
        assert_eq!(report.single_load().is_some(), flat, "{offsets_s:?}");
        let json = serde_json::to_string(&report).unwrap();
        let value: Value = serde_json::from_str(&json).unwrap();
        let schema = if flat {
            "hammer.report/1"
        } else {
            "hammer.plan-report/1"
        };
        assert_eq!(value["schema"], schema, "{offsets_s:?}");
        let read: PlanReport = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), json, "{offsets_s:?}");
        assert_eq!(read.single_load().is_some(), flat, "{offsets_s:?}");
    }
}

#[test]
fn a_single_load_has_the_figures_and_the_verdict_of_its_report() {
    let mut report = report();
    report.verdict.reasons = vec!["hits were late".into()];
    let plan = PlanReport::from_single_load(report.clone());
    assert_eq!(plan.verdict, report.verdict, "no name before the reason");
    assert_eq!(Measurements::rate(&plan), Measurements::rate(&report));
    assert_eq!(plan.achieved(), report.achieved());
    for text in [
        "p99 < 4ms",
        "[stage 2] p50 >= 3ms",
        "[stage 1] rate == 30/s",
        "achieved > 99%",
    ] {
        let threshold: Threshold = text.parse().unwrap();
        let checked = threshold.check(&plan);
        assert_eq!(checked, threshold.check(&report), "{text}");
        assert!(checked.passed, "{text}: {checked:?}");
    }
    // Without histograms, the summaries of the load apply.
    let json = serde_json::to_string(&plan).unwrap();
    let read: PlanReport = serde_json::from_str(&json).unwrap();
    assert!(
        "p99 < 4ms"
            .parse::<Threshold>()
            .unwrap()
            .check(&read)
            .passed
    );
}

/// The text report ends after eight lines of reasons, and the reason of an invalid load was below
/// them because it was the last load.
#[test]
fn the_worst_reasons_of_a_plan_come_first() {
    use VerdictStatus::{Invalid, Suspect};
    let mut loads = vec![];
    for (name, found) in [
        ("browse", &[(Suspect, "slots_full")][..]),
        ("idle", &[]),
        (
            "buy",
            &[
                (Invalid, "late_p99"),
                (Invalid, "backlog_full"),
                (Suspect, "stall"),
            ],
        ),
        ("pay", &[(Invalid, "nothing_sent")]),
    ] {
        let mut report = report();
        let status = found.iter().map(|(status, _)| *status).max();
        report.verdict = Verdict {
            status: status.unwrap_or_default(),
            reasons: found
                .iter()
                .map(|(_, code)| format!("It is {code}."))
                .collect(),
            codes: found.iter().map(|(_, code)| (*code).to_owned()).collect(),
            statuses: found.iter().map(|(status, _)| *status).collect(),
        };
        loads.push(PlanLoadReport::new(name.into(), Duration::ZERO, report));
    }
    let verdict = PlanReport::new("plan.toml".into(), Duration::ZERO, loads.clone()).verdict;
    assert_eq!(verdict.status, Invalid);
    assert_eq!(
        verdict.reasons,
        [
            "buy: It is late_p99.",
            "buy: It is backlog_full.",
            "pay: It is nothing_sent.",
            "browse: It is slots_full.",
            "buy: It is stall.",
        ]
    );
    let codes = [
        "late_p99",
        "backlog_full",
        "nothing_sent",
        "slots_full",
        "stall",
    ];
    assert_eq!(verdict.codes, codes);
    assert_eq!(
        verdict.statuses,
        [Invalid, Invalid, Invalid, Suspect, Suspect]
    );

    // A report without the status of each reason has that of its load.
    for load in &mut loads {
        load.report.verdict.statuses.clear();
    }
    let verdict = PlanReport::new("plan.toml".into(), Duration::ZERO, loads).verdict;
    assert_eq!(verdict.codes[3..], ["nothing_sent", "slots_full"]);
}

#[test]
fn thresholds_are_recorded_where_they_apply() {
    let all = thresholds(&["p99 < 4ms", "p50 < 1ms"]);
    let aborted = AbortReason {
        expression: "hits > 1".into(),
        measured: all[0].check(&plan(&[0])).measured,
        relative: None,
        t_s: 1.0,
        rate: None,
    };
    let mut single = plan(&[0]);
    check_thresholds(&mut single, &all, Some(aborted.clone()));
    let load = single.single_load().unwrap();
    let passed: Vec<_> = load.thresholds.iter().map(|it| it.passed).collect();
    assert_eq!(passed, [true, false]);
    assert_eq!(load.aborted, Some(aborted.clone()));

    let mut several = plan(&[0, 0]);
    let scoped = thresholds(&[
        "p99 < 4ms",
        "[load-2] p99 < 4ms",
        "[load-2, stage 2] p99 < 1ms",
    ]);
    check_thresholds(&mut several, &scoped, None);
    let counts = several
        .loads
        .iter()
        .map(|load| load.report.thresholds.len());
    assert_eq!(counts.collect::<Vec<_>>(), [0, 2]);
    assert_eq!(several.thresholds.len(), 3);
}

/// Thresholds passed or failed on numbers that described the generator.
#[test]
fn thresholds_of_an_invalid_plan_are_not_judged() {
    let all = thresholds(&["hits > 1", "[load-2] hits > 1000"]);
    for (offsets, status, judged) in [
        (&[0][..], VerdictStatus::Invalid, false),
        (&[0, 0], VerdictStatus::Invalid, false),
        (&[0, 0], VerdictStatus::Suspect, true),
    ] {
        let mut report = plan(offsets);
        report.verdict.status = status;
        check_thresholds(&mut report, &all, None);
        assert_eq!(report.is_unjudged(), !judged);
        assert!(!report.passed());
        let of_loads = report.loads.iter().flat_map(|load| &load.report.thresholds);
        let checked: Vec<_> = report.thresholds.iter().chain(of_loads).collect();
        assert!(checked.len() > 2, "{checked:?}");
        assert!(checked.iter().all(|it| it.judged == judged), "{checked:?}");
        assert_eq!(checked[0].passed, judged);
        assert_eq!(checked[0].measured.unit, "hits");
        assert!(checked[0].measured.value.is_some());
    }
    let mut unchecked = plan(&[0]);
    unchecked.verdict.status = VerdictStatus::Invalid;
    check_thresholds(&mut unchecked, &[], None);
    assert!(!unchecked.is_unjudged() && unchecked.passed());
}

/// Thresholds were judged by a baseline that the run could not be compared with.
#[test]
fn results_relative_to_a_baseline_can_be_withdrawn() {
    let base = plan(&[0]);
    let all = thresholds(&["hits <= baseline", "hits > 1"]);
    let all = all.iter().map(|it| it.with_baseline(Some(&base)).unwrap());
    let all: Vec<_> = all.collect();
    let mut report = plan(&[0]);
    check_thresholds(&mut report, &all, None);
    assert!(report.passed() && !report.is_unjudged());
    withdraw_relative_results(&mut report);
    assert!(report.is_unjudged() && !report.passed());
    for checked in [&report.thresholds, &report.loads[0].report.thresholds] {
        assert_eq!((checked[0].judged, checked[0].passed), (false, false));
        assert_eq!((checked[1].judged, checked[1].passed), (true, true));
    }
    // A condition that ended the plan counts in any case.
    let aborted = AbortReason {
        expression: "hits > 1".into(),
        measured: all[1].check(&report).measured,
        relative: None,
        t_s: 1.0,
        rate: None,
    };
    check_thresholds(&mut report, &all, Some(aborted));
    withdraw_relative_results(&mut report);
    assert!(!report.is_unjudged() && !report.passed());
}

#[test]
fn a_plan_passes_if_all_thresholds_hold_and_nothing_ended_it() {
    let mut report = plan(&[0]);
    let hits = thresholds(&["hits > 1"]);
    for (checked, abort, passed) in [
        (&hits[..], false, true),
        (&[], false, true),
        (&hits, true, false),
        (&thresholds(&["hits > 1", "hits > 1000"]), false, false),
    ] {
        let reason = AbortReason {
            expression: "hits > 1".into(),
            measured: hits[0].check(&report).measured,
            relative: None,
            t_s: 1.0,
            rate: None,
        };
        check_thresholds(&mut report, checked, abort.then_some(reason));
        assert_eq!(report.passed(), passed, "{checked:?}");
    }
}
