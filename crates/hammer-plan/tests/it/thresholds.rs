//! Thresholds checked against reports and ticks of the engine.

use std::time::Duration;

use hammer_core::testing::{ScriptStep, ScriptedHammer, with_paused_clock};
use hammer_core::{
    ArrivalProcess, CheckedThreshold, Description, Failure, Hammer, Hit, IntervalStats, Outcome,
    PlanLoadReport, PlanReport, Rate, Report, Run, RunEvent, Schedule, Shape, Slot, StopHandle,
};
use hammer_plan::{
    HitTime, LoadOutline, Measurements, RunningMeasurements, StageSelector, Threshold,
};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn check(expression: &str, measured: &dyn Measurements) -> CheckedThreshold {
    expression.parse::<Threshold>().unwrap().check(measured)
}

fn running_measurements() -> RunningMeasurements {
    let outline = LoadOutline::new("", Shape::closed_loop());
    RunningMeasurements::new([(outline, Duration::ZERO)], &[])
}

/// Scripts 100 hits: hit k < 80 is answered after k + 1 ms, then 10 are rejected after 100 ms, 7
/// are reset, and 3 time out.
fn step(hit: u64) -> ScriptStep {
    match hit {
        0..80 => ScriptStep::Answer(ms(hit + 1), Outcome::ok(200)),
        80..90 => ScriptStep::Answer(ms(100), Outcome::rejected(503)),
        90..97 => ScriptStep::Fail(ms(5), Failure::RESET),
        _ => ScriptStep::Hang,
    }
}

fn report() -> Report {
    let schedule = Schedule::constant(Rate::per_second(100)).with_duration(ms(1000));
    let run = Run::new(ScriptedHammer::new(|hit| step(hit.number())), schedule).timeout(ms(500));
    with_paused_clock(run).execute().unwrap()
}

/// Thresholds with their figure, in the unit of the JSON report, and true if they hold.
const TABLE: &[(&str, Option<f64>, bool)] = &[
    // A tenth of the hits has no answer, so percentiles above the 90th are infinite.
    ("p50 < 51ms", Some(50_000.0), true),
    ("p50 < 49ms", Some(50_000.0), false),
    ("p50 <= 50.1ms", Some(50_000.0), true),
    ("p80 < 81ms", Some(80_000.0), true),
    ("p80.01 >= 0.1s", Some(100_000.0), true),
    ("p90 < 0.101s", Some(100_000.0), true),
    ("p90.1 < 1h", None, false),
    ("p90.1 > 1h", None, true),
    ("p99 != 1s", None, true),
    ("service.p90 >= 100ms", Some(100_000.0), true),
    ("service.p91 >= 100ms", None, true),
    ("min == 1ms", Some(1_000.0), true),
    ("max < 1h", None, false),
    ("mean < 1h", None, false),
    ("lateness.max < 1ms", Some(0.0), true),
    ("lateness.mean < 1ms", Some(0.0), true),
    ("errors == 20%", Some(20.0), true),
    ("errors < 20", Some(20.0), false),
    ("errors <= 20", Some(20.0), true),
    ("hits == 100", Some(100.0), true),
    ("ok >= 80%", Some(80.0), true),
    ("ok > 80", Some(80.0), false),
    ("rejected == 10", Some(10.0), true),
    ("failed == 7", Some(7.0), true),
    ("failed < 7%", Some(7.0), false),
    ("timed_out != 3", Some(3.0), false),
    ("abandoned == 0", Some(0.0), true),
    ("unsent == 0%", Some(0.0), true),
    ("label.503 == 10%", Some(10.0), true),
    ("label.404 == 0", Some(0.0), true),
    ("failure.connection_reset == 7", Some(7.0), true),
    ("failure.timeout == 3", Some(3.0), true),
    ("failure.connect_refused == 0", Some(0.0), true),
    ("rate == 100/s", Some(100.0), true),
    ("rate >= 6000/m", Some(100.0), true),
    ("rate > 100", Some(100.0), false),
    ("rate == 0.1k/s", Some(100.0), true),
    ("hits == 0.1k", Some(100.0), true),
    ("hits > 1M", Some(100.0), false),
    ("achieved >= 100%", Some(100.0), true),
    // Without a measurement no threshold holds.
    ("phase.connect.p50 < 1h", None, false),
    ("phase.connect.p50 > 1ns", None, false),
    ("[checkout] hits >= 0", None, false),
    ("[stage 2] hits >= 0", None, false),
];

#[test]
fn thresholds_compare_a_report_with_bounds() {
    let report = report();
    for (expression, figure, passed) in TABLE {
        let checked = check(expression, &report);
        assert_eq!(checked.expression, *expression);
        // Percentiles are accurate to three digits; all other figures are exact.
        let exact = if expression.contains("p") && !expression.contains("%") {
            1e-3
        } else {
            0.0
        };
        let near = match (checked.measured.value, figure) {
            (Some(one), Some(other)) => (one - other).abs() <= other * exact,
            (one, other) => one == *other,
        };
        assert!(near, "{expression}: {checked:?}");
        assert_eq!(checked.passed, *passed, "{expression}: {checked:?}");
    }
    let infinite = |expression| check(expression, &report).measured.infinite;
    assert!(infinite("p90.1 < 1h") && infinite("max < 1h") && infinite("mean < 1h"));
    assert!(!infinite("p90 < 1h") && !infinite("phase.connect.p50 < 1h"));
    for (expression, unit) in [
        ("p50 < 1s", "us"),
        ("ok > 1%", "%"),
        ("ok > 1", "hits"),
        ("rate > 1", "/s"),
    ] {
        assert_eq!(check(expression, &report).measured.unit, unit);
    }
}

#[test]
fn a_report_read_from_json_has_the_figures_of_its_summaries() {
    let written = serde_json::to_string(&report()).unwrap();
    let read: Report = serde_json::from_str(&written).unwrap();
    for (expression, figure, passed) in [
        ("errors == 20%", Some(20.0), true),
        ("max < 1h", None, false),
        ("min == 1ms", Some(1_000.0), true),
        ("lateness.p99 < 1ms", Some(0.0), true),
        // The summary lacks these percentiles, or hits without an answer shift them.
        ("lateness.p75 < 1ms", None, false),
        ("p50 < 51ms", None, false),
    ] {
        let checked = check(expression, &read);
        assert_eq!(
            (checked.measured.value, checked.passed),
            (figure, passed),
            "{expression}"
        );
    }
    assert!(check("p99 < 1h", &read).measured.infinite);
}

#[test]
fn no_figure_of_time_holds_without_hits() {
    let schedule = Schedule::closed_loop().with_duration(ms(1000));
    let stop = StopHandle::new();
    stop.stop_now();
    let run = Run::new(ScriptedHammer::new(|hit| step(hit.number())), schedule).stop(stop);
    let report = with_paused_clock(run).execute().unwrap();
    assert_eq!(report.hits.scheduled, 0);
    for expression in [
        "p99 < 1h",
        "p99 > 1ns",
        "errors == 0%",
        "mean < 1h",
        "lateness.p50 < 1h",
    ] {
        assert!(!check(expression, &report).passed, "{expression}");
    }
    assert!(check("hits == 0", &report).passed && check("errors == 0", &report).passed);
}

#[test]
fn ticks_measure_the_run_so_far() {
    let schedule = Schedule::constant(Rate::per_second(100)).with_duration(ms(3000));
    let run = Run::new(
        ScriptedHammer::new(|hit| step(hit.number() % 100)),
        schedule,
    )
    .timeout(ms(500));
    let mut measured = running_measurements();
    let mut seen = vec![];
    with_paused_clock(run)
        .execute_with(|event| {
            if let RunEvent::Tick(tick) = event
                && measured.tick(0, tick).is_some()
            {
                // After the first second some of its hits are in flight; after the next, all have
                // ended.
                seen.push(
                    [
                        "hits >= 100",
                        "rate == 100",
                        "achieved > 95%",
                        "errors > 10%",
                        "p90 > 90ms",
                    ]
                    .map(|expression| measured.check(&expression.parse().unwrap()).passed),
                );
            }
        })
        .unwrap();
    assert!(
        seen.len() >= 3 && seen[1..3].iter().all(|seen| *seen == [true; 5]),
        "{seen:?}"
    );
}

/// Refused connections counted towards the rate of a closed loop.
#[test]
fn the_rate_of_a_closed_loop_counts_answers() {
    let half_fails = ScriptedHammer::new(|hit| match hit.number() % 2 {
        0 => ScriptStep::Fail(ms(10), Failure::RESET),
        _ => ScriptStep::Answer(ms(10), Outcome::ok(200)),
    });
    let schedule = Schedule::closed_loop().with_duration(ms(2000));
    let run = Run::new(half_fails, schedule).max_in_flight(4);
    let mut measured = running_measurements();
    let mut ticks = 0;
    let report = with_paused_clock(run)
        .execute_with(|event| {
            if let RunEvent::Tick(tick) = event
                && measured.tick(0, tick).is_some()
            {
                ticks += 1;
                let rate = measured
                    .check(&"rate <= 210".parse().unwrap())
                    .measured
                    .value;
                // Each slot rests for 1 ms after a failure.
                assert!(
                    rate.is_some_and(|rate| (170.0..210.0).contains(&rate)),
                    "{rate:?}"
                );
            }
        })
        .unwrap();
    assert!(ticks > 0);
    assert!(check("rate <= 200", &report).passed, "{:?}", report.rate);
    let load = PlanLoadReport::new("one".into(), ms(0), report);
    let plan = PlanReport::new("plan".into(), ms(0), vec![load]);
    assert!(check("rate <= 200", &plan).passed, "{:?}", plan.rate);
    assert!(check("rate > 180", &plan).passed, "{:?}", plan.rate);
}

/// Two reports as loads; the second is also the stage.
struct TwoLoadMeasurements(Vec<Report>);

impl Measurements for TwoLoadMeasurements {
    fn hits(&self) -> hammer_core::HitCounts {
        self.0[0].hits
    }
    fn rate(&self) -> Option<f64> {
        None
    }
    fn achieved(&self) -> Option<f64> {
        None
    }
    fn interval(&self) -> Option<&IntervalStats> {
        None
    }
    fn summary(&self, _: &HitTime) -> Option<&hammer_core::DurationSummary> {
        None
    }
    fn label_count(&self, _: &str) -> u64 {
        0
    }
    fn failure_count(&self, _: &str) -> u64 {
        0
    }
    fn load(&self, name: &str) -> Option<&dyn Measurements> {
        let index = ["checkout", "search"]
            .iter()
            .position(|known| *known == name)?;
        Some(&self.0[index])
    }
    fn stage(&self, stage: &StageSelector) -> Option<Box<dyn Measurements + '_>> {
        let second = [
            StageSelector::Number(2),
            StageSelector::Rate("10..20/5m".into()),
        ];
        second
            .contains(stage)
            .then(|| Box::new(self.0[1].clone()) as Box<dyn Measurements>)
    }
}

#[test]
fn a_scope_selects_a_load_or_a_stage() {
    let mut other = report();
    other.hits.ok = 7;
    let several = TwoLoadMeasurements(vec![report(), other]);
    for (expression, passed) in [
        ("[checkout] ok == 80", true),
        ("[search] ok == 7", true),
        ("[stage 2] ok == 7", true),
        ("[stage 10..20/5m] ok == 7", true),
        ("[stage 1] ok == 80", false),
        ("[nowhere] ok == 80", false),
        // The loads of this fixture have no stages.
        ("[checkout, stage 2] ok >= 0", false),
    ] {
        assert_eq!(check(expression, &several).passed, passed, "{expression}");
    }
}

/// Thresholds could select a load or a stage, and no group of hits.
#[test]
fn a_scope_selects_a_group() {
    let grouped = |failing: u64| {
        let hammer = GroupedHammer { failing };
        let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(100);
        with_paused_clock(Run::new(hammer, schedule))
            .execute()
            .unwrap()
    };
    let loads = [("browse", 0), ("order", 1)]
        .map(|(name, failing)| PlanLoadReport::new(name.into(), ms(0), grouped(failing)));
    let single = PlanReport::from_single_load(grouped(1));
    let read: PlanReport = serde_json::from_str(&serde_json::to_string(&single).unwrap()).unwrap();
    let plan = PlanReport::new("plan".into(), ms(0), loads.into());
    for (expression, passed) in [
        ("[items] ok == 50", true),
        ("[items] p99 < 1s", true),
        ("[GET /a,b] errors == 100%", true),
        ("[GET /a,b] p99 < 1s", false),
        ("[orders] ok >= 0", false),
        ("[browse, items] ok >= 0", false),
    ] {
        assert_eq!(check(expression, &single).passed, passed, "{expression}");
        assert_eq!(
            check(expression, &read).passed,
            passed,
            "{expression}, read from JSON"
        );
    }
    for (expression, passed) in [
        ("[browse, items] errors == 100%", true),
        ("[order, items] errors == 0", true),
        ("[order, GET /a,b] errors == 100%", true),
        ("[items] ok >= 0", false),
    ] {
        assert_eq!(check(expression, &plan).passed, passed, "{expression}");
    }
}

/// Has two groups, and fails the hits of one of them.
struct GroupedHammer {
    failing: u64,
}

impl Hammer for GroupedHammer {
    type Session = ();

    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        Ok(())
    }

    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        let group = hit.number() % 2;
        hit.group(group as usize);
        match group == self.failing {
            false => Ok(Outcome::ok(200)),
            true => Err(Failure::RESET),
        }
    }

    fn describe(&self) -> Description {
        Description::new().groups(["items", "GET /a,b"])
    }
}

#[test]
fn thresholds_on_groups_and_windows_are_checked_before_the_run() {
    let outline = |name: &str, groups: &[&str]| {
        let shape = "10/5s, 20/5s".parse().unwrap();
        let outline = LoadOutline::new(name, shape).with_groups(groups.iter().copied());
        outline.with_length(Some(Duration::from_secs(10)))
    };
    let only = [outline("", &["items", "GET /a,b"])];
    let both = [outline("browse", &["items"]), outline("order", &[])];
    for (expression, loads, during_run, error) in [
        ("[items] p99 < 1s", &only[..], false, ""),
        ("[GET /a,b] failed == 0", &only, true, ""),
        ("[browse, items] p99 < 1s", &both, false, ""),
        ("[stage 2] p99 > 1s over 10s", &only, true, ""),
        (
            "[item] p99 < 1s",
            &only,
            false,
            "unknown group 'item'; expected 'items'",
        ),
        (
            "[items] service.p99 < 1s",
            &only,
            false,
            "a group does not have this figure; expected response or hits by result",
        ),
        (
            "[items] p99 < 1s",
            &both,
            false,
            "the group needs a load; expected [browse, items]",
        ),
        (
            "[order, items] p99 < 1s",
            &both,
            false,
            "the load has no groups; expected a load, or a stage of it",
        ),
        ("p99 > 1s over 1m", &both, true, ""),
        (
            "p99 > 1s over 2m",
            &only,
            true,
            "the load ends before its window is full; expected a window of at most 10s",
        ),
        (
            "[order] errors > 5% over 11s",
            &both,
            true,
            "the load ends before its window is full; expected a window of at most 10s",
        ),
        (
            "p99 < 1s over 10s",
            &both,
            false,
            "only a condition that ends the run has a window; expected the condition without a window",
        ),
    ] {
        let threshold: Threshold = expression.parse().unwrap();
        let found = threshold.validate(loads, during_run);
        let found = found
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert_eq!(found, error, "{expression}");
    }
}

#[test]
fn intervals_of_loads_merge() {
    let (one, other) = (report(), report());
    let merged = IntervalStats::merged([&one, &other].map(|r| r.measured.as_deref().unwrap()));
    assert_eq!(merged.hits().ok, 160);
    assert_eq!(merged.response().count(), 180);
    assert_eq!(merged.label_count("503"), 20);
    assert_eq!(merged.failure_count("timeout"), 6);
}

#[test]
fn achieved_does_not_depend_on_the_random_number_of_hits_due() {
    for seed in 1..=5 {
        let schedule = Schedule::new("30/1s, 60/1s".parse::<Shape>().unwrap())
            .with_arrivals(ArrivalProcess::Poisson)
            .with_seed(seed);
        let run = Run::new(ScriptedHammer::new(|_| step(0)), schedule);
        let report = with_paused_clock(run).execute().unwrap();
        assert_ne!(
            report.hits.scheduled, 90,
            "seed {seed} gives exactly the mean"
        );
        let load = |name: &str| PlanLoadReport::new(name.into(), Duration::ZERO, report.clone());
        let loads = vec![load("a"), load("b")];
        let plan = PlanReport::new("plan".into(), Duration::ZERO, loads);
        for expression in [
            "achieved >= 99.999%",
            "achieved <= 100.001%",
            "[stage 2] achieved >= 99.999%",
            "[stage 2] achieved <= 100.001%",
        ] {
            let checked = check(expression, &report);
            assert!(checked.passed, "seed {seed}: {checked:?}");
        }
        assert!(check("achieved >= 99.999%", &plan).passed, "seed {seed}");
        assert!(check("achieved <= 100.001%", &plan).passed, "seed {seed}");
    }
}
