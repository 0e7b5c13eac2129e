//! Thresholds relative to a baseline, checked against reports of the engine.

use std::time::Duration;

use hammer_core::testing::{ScriptStep, ScriptedHammer, with_paused_clock};
use hammer_core::{Failure, Outcome, PlanLoadReport, PlanReport, Report, Run, Schedule, Shape};
use hammer_plan::{LoadOutline, Measurements, Threshold};

/// Hits that are answered after `answer_ms`, except one in `error_every`, which is reset.
fn report(shape: &str, answer_ms: u64, error_every: u64) -> Report {
    let hammer = ScriptedHammer::new(move |hit| match hit.number() % error_every {
        0 => ScriptStep::Fail(Duration::from_millis(1), Failure::RESET),
        _ => ScriptStep::Answer(Duration::from_millis(answer_ms), Outcome::ok(200)),
    });
    let shape: Shape = shape.parse().unwrap();
    let length = shape.duration().unwrap_or(Duration::from_secs(1));
    let run = Run::new(hammer, Schedule::new(shape).with_duration(length));
    with_paused_clock(run).execute().unwrap()
}

fn plan(loads: [(&str, Report); 2]) -> PlanReport {
    let load = |(name, report): (&str, Report)| {
        PlanLoadReport::new(name.to_owned(), Duration::ZERO, report)
    };
    PlanReport::new(String::new(), Duration::ZERO, loads.map(load).into())
}

fn resolved(expression: &str, baseline: &dyn Measurements) -> Threshold {
    let threshold: Threshold = expression.parse().unwrap();
    assert!(threshold.needs_baseline(), "{expression}");
    let resolved = threshold.with_baseline(Some(baseline));
    resolved.unwrap_or_else(|error| panic!("{expression}: {error}"))
}

#[test]
fn bounds_follow_from_the_figures_of_the_baseline() {
    // 5 % of the hits fail. p90 of all hits is finite, p99 is not.
    let (baseline, now) = (report("100", 100, 20), report("200", 103, 25));
    for (expression, figure, bound, passed) in [
        ("p90 <= baseline", 100e3, 100e3, false),
        ("p90 <= baseline + 2%", 100e3, 102e3, false),
        ("p90 <= baseline + 5%", 100e3, 105e3, true),
        ("p90 <= baseline + 10ms", 100e3, 110e3, true),
        ("service.p90 > baseline - 1us", 100e3, 99_999.0, true),
        ("min >= baseline - 50%", 100e3, 50e3, true),
        // A percentage of a percentage is in percentage points.
        ("errors <= baseline", 5.0, 5.0, true),
        ("errors <= baseline - 2%", 5.0, 3.0, false),
        ("errors <= baseline + 2", 5.0, 7.0, false),
        ("failure.connection_reset <= baseline + 3", 5.0, 8.0, true),
        ("ok >= baseline - 0.5%", 95.0, 94.5, true),
        ("achieved >= baseline - 1%", 100.0, 99.0, true),
        ("rate >= baseline + 110%", 100.0, 210.0, false),
        ("rate >= baseline + 99/s", 100.0, 199.0, true),
        ("hits == baseline + 100%", 100.0, 200.0, true),
        ("hits == baseline + 100", 100.0, 200.0, true),
    ] {
        let checked = resolved(expression, &baseline).check(&now);
        assert_eq!(checked.expression, expression);
        let relative = checked.relative.expect(expression);
        let near = |one: f64, other: f64| (one - other).abs() <= other * 1e-3;
        assert!(near(relative.baseline, figure), "{expression}: {checked:?}");
        assert!(near(relative.bound, bound), "{expression}: {checked:?}");
        assert_eq!(checked.passed, passed, "{expression}: {checked:?}");
    }
}

#[test]
fn a_bound_comes_from_the_same_scope_of_the_baseline() {
    let loads = |ms| {
        let (staged, other) = (report("50/1s, 100/1s", ms, 1000), report("50", 10, 1000));
        plan([("staged", staged), ("other", other)])
    };
    let (baseline, now) = (loads(100), loads(120));
    for (expression, bound_ms, passed) in [
        ("[staged] p90 <= baseline + 10%", 110.0, false),
        ("[staged, stage 2] p90 <= baseline + 25%", 125.0, true),
        ("[staged, stage 50/1s] p90 <= baseline + 10%", 110.0, false),
        ("[other] p90 <= baseline", 10.0, true),
    ] {
        let checked = resolved(expression, &baseline).check(&now);
        let bound = checked.relative.expect(expression).bound / 1e3;
        assert!((bound - bound_ms).abs() < 0.2, "{expression}: {checked:?}");
        assert_eq!(checked.passed, passed, "{expression}: {checked:?}");
    }
}

#[test]
fn a_baseline_without_the_figure_is_refused() {
    let baseline = report("100", 100, 20);
    let perfect = report("max", 100, u64::MAX);
    for (expression, baseline, carets, error) in [
        (
            "p99 <= baseline + 5%",
            None,
            "       ^^^^^^^^",
            "missing `baseline`, the run to compare with; expected a number, or a baseline",
        ),
        (
            "p99 <= baseline + 5%",
            Some(&baseline),
            "       ^^^^^^^^",
            "the figure of the baseline is infinite: too many of its hits have no answer; expected a \
             baseline with fewer errors",
        ),
        (
            "phase.baseline.p50 <= baseline",
            Some(&baseline),
            "                      ^^^^^^^^",
            "the baseline does not have this figure; expected a baseline that measured it",
        ),
        (
            "[checkout, stage 2] p90 <= baseline",
            Some(&baseline),
            "^^^^^^^^^^^^^^^^^^^",
            "the baseline has no [checkout, stage 2]; expected a baseline with the same loads",
        ),
        (
            "achieved >= baseline - 1%",
            Some(&perfect),
            "            ^^^^^^^^",
            "the baseline does not have this figure; expected a baseline that measured it",
        ),
        (
            "p90 <= baseline - 1s",
            Some(&baseline),
            "       ^^^^^^^^^^^^^",
            "the condition cannot hold with this baseline; expected <= or >=, or a margin that leaves \
             room",
        ),
        (
            "rejected < baseline",
            Some(&baseline),
            "           ^^^^^^^^",
            "the condition cannot hold with this baseline; expected <= or >=, or a margin that leaves \
             room",
        ),
        (
            "ok > baseline + 5%",
            Some(&baseline),
            "     ^^^^^^^^^^^^^",
            "the condition cannot hold with this baseline; expected <= or >=, or a margin that leaves \
             room",
        ),
    ] {
        let threshold: Threshold = expression.parse().unwrap();
        let baseline = baseline.map(|report| report as &dyn Measurements);
        let found = threshold.with_baseline(baseline).expect_err(expression);
        assert_eq!(found.to_string(), error, "{expression}");
        let span = found.position();
        let shown = format!("{}{}", " ".repeat(span.start), "^".repeat(span.len()));
        assert_eq!(shown, carets, "{expression}");
        assert_eq!(found.input(), Some(expression));
    }
}

#[test]
fn a_condition_without_its_baseline_does_not_hold() {
    let now = report("100", 100, 20);
    for expression in ["p90 <= baseline + 5%", "p90 >= baseline", "p90 != baseline"] {
        let checked = expression.parse::<Threshold>().unwrap().check(&now);
        assert_eq!((checked.passed, checked.relative), (false, None));
        assert!(checked.measured.value.is_some());
    }
}

#[test]
fn a_number_of_hits_in_a_window_is_not_compared_with_that_of_a_whole_run() {
    let load = LoadOutline::new("", "100".parse().unwrap());
    for (expression, valid) in [
        ("failed > baseline + 5 over 10s", false),
        ("hits > baseline over 10s", false),
        ("failed > baseline + 5% over 10s", true),
        ("failed > baseline + 5", true),
        ("p99 > baseline + 50% over 10s", true),
        ("rate < baseline - 50% over 10s", true),
    ] {
        let threshold: Threshold = expression.parse().unwrap();
        let checked = threshold.validate(std::slice::from_ref(&load), true);
        assert_eq!(checked.is_ok(), valid, "{expression}");
    }
}
