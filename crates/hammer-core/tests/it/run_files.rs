//! Run files: what is written, and what is read back.

use std::time::Duration;

use hammer_core::{
    Description, Failure, Hammer, Hit, Outcome, PlanLoadReport, PlanReport, Report, Run, RunFile,
    RunFileErrorKind, Schedule, Shape, Slot,
};
use serde_json::{Value, json};

use crate::{ms, run_paused};

/// Notes something of each kind: phases, counts, facts, groups, labels, rejections and failures.
struct TalkativeHammer;

impl Hammer for TalkativeHammer {
    type Session = ();

    async fn open(&self, slot: &Slot) -> Result<(), Failure> {
        slot.mark("open");
        slot.fact("version", "1.3");
        Ok(())
    }

    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        let number = hit.number();
        hit.group((number % 2) as usize);
        hit.slot().count("bodies", 1);
        tokio::time::sleep(ms(1 + number % 7)).await;
        hit.slot().mark("first_byte");
        match number % 10 {
            9 => Err(Failure::RESET),
            8 => Ok(Outcome::rejected(503).received(10)),
            7 => Ok(Outcome::ok("cached")),
            _ => Ok(Outcome::ok(200).sent(100).received(1_000)),
        }
    }

    fn describe(&self) -> Description {
        let mut description = Description::default();
        description.groups = vec!["even".into(), "odd".into()];
        description
    }
}

fn report(shape: &str) -> Report {
    let schedule = Schedule::new(shape.parse::<Shape>().expect(shape));
    run_paused(Run::new(TalkativeHammer, schedule).timeout(Duration::from_secs(3)))
}

fn run_file() -> RunFile {
    RunFile::new(PlanReport::from_single_load(report("30/2s, 61/1.5s")))
}

/// Two loads, of which one has a single stage.
fn plan_file() -> RunFile {
    let loads = [("first", 0, "20/s/2s"), ("second", 1, "10..50/2s, 5/1s")];
    let loads = loads.map(|(name, offset_s, shape)| {
        PlanLoadReport::new(name.into(), Duration::from_secs(offset_s), report(shape))
    });
    RunFile::new(PlanReport::new(
        "plan.toml".into(),
        Duration::ZERO,
        loads.into(),
    ))
}

fn read_back(run: &RunFile) -> RunFile {
    RunFile::from_json(&run.to_json().expect("a run file is JSON")).expect("a run file")
}

#[test]
fn a_run_file_is_read_as_it_was_written() {
    for run in [run_file(), plan_file()] {
        let read = read_back(&run);
        assert_eq!(read.to_json().unwrap(), run.to_json().unwrap());
        let json = |run: &RunFile| serde_json::to_string(&run.report).unwrap();
        assert_eq!(json(&read), json(&run), "the report is the same text");
        assert_eq!((&read.id, &read.started_at), (&run.id, &run.started_at));
        assert_eq!(read.host, run.host);
        assert!(!run.started_at.is_empty() && run.started_at.ends_with('Z'));
    }
}

#[test]
fn all_measurements_are_there_again() {
    let run = plan_file();
    let read = read_back(&run);
    let parts = run.report.loads.iter().zip(&read.report.loads);
    for (load, again) in parts {
        let (load, again) = (&load.report, &again.report);
        let measured = load.measured.as_deref().unwrap();
        let restored = again.measured.as_deref().unwrap();
        assert_eq!(restored.hits(), measured.hits());
        assert_eq!(restored.started(), measured.started());
        assert_eq!(restored.response(), measured.response());
        assert_eq!(restored.service(), measured.service());
        assert_eq!(restored.lateness(), measured.lateness());
        assert_eq!(restored.schedule_lateness(), measured.schedule_lateness());
        assert_eq!(restored.phase("first_byte"), measured.phase("first_byte"));
        assert!(restored.phase("open").is_some());
        for label in ["200", "503", "cached"] {
            let count = measured.label_count(label);
            assert!(count > 0);
            assert_eq!(restored.label_count(label), count, "{label}");
        }
        let failure = Failure::RESET.name();
        assert_eq!(
            restored.failure_count(failure),
            measured.failure_count(failure)
        );
        assert_eq!(restored.bytes(), measured.bytes());
        assert_eq!(restored.sessions_opened(), measured.sessions_opened());
        let facts = |of: &hammer_core::IntervalStats| -> Vec<_> {
            of.facts().map(|(a, b, n)| format!("{a} {b} {n}")).collect()
        };
        assert_eq!(facts(restored), facts(measured));
        for group in [0, 1] {
            let (found, expected) = (restored.of_group(group), measured.of_group(group));
            assert_eq!(found.hits(), expected.hits());
            assert_eq!(found.response(), expected.response());
            assert!(!found.response().is_empty());
        }
        for (stage, again) in load.stages.iter().zip(&again.stages) {
            let (found, expected) = (again.interval().unwrap(), stage.interval().unwrap());
            assert_eq!(found.response(), expected.response());
            assert_eq!(found.service(), expected.service());
        }
        assert!(!again.timeline.is_empty());
        assert_eq!(again.timeline, load.timeline, "with measurements");
        assert_eq!(again.settings, load.settings);
        assert_eq!(again.settings.map(|it| it.timeout_s), Some(3.0));
    }
    let (all, again) = (run.report.measured.unwrap(), read.report.measured.unwrap());
    assert_eq!(again.response(), all.response());
    assert_eq!(again.label_count("200"), all.label_count("200"));
}

#[test]
fn slices_add_up_to_the_run() {
    let run = run_file();
    let report = run.report.single_load().unwrap();
    let total = report.measured.as_deref().unwrap();
    let mut sum = report.timeline[0].measured.clone().unwrap();
    for slice in &report.timeline[1..] {
        sum.add_later(slice.measured.as_ref().unwrap());
    }
    assert_eq!(sum.response(), *total.response());
    assert_eq!(sum.service(), *total.service());
    assert_eq!(sum.lateness(), *total.lateness());
    assert_eq!(sum.started, total.started());
    assert_eq!(sum.failures, report.failures);
    // 30/s for 2 s and 61/s for 1.5 s.
    let requested = sum.requested.unwrap();
    assert!((requested - 151.5).abs() < 1e-6, "{requested}");
}

#[test]
fn other_texts_are_refused_with_the_reason() {
    let run = run_file();
    let report_only = serde_json::to_vec(&run.report).unwrap();
    let json = run.to_json().unwrap();
    let newer = String::from_utf8(json.clone()).unwrap();
    let newer = newer.replacen("hammer.run/1", "hammer.run/9", 1);
    for (bytes, kind, message) in [
        (&b""[..], RunFileErrorKind::InvalidJson, "invalid JSON"),
        (
            &json[..json.len() / 2],
            RunFileErrorKind::InvalidJson,
            "invalid JSON",
        ),
        (
            b"{}",
            RunFileErrorKind::UnknownSchema(None),
            "expected schema 'hammer.run/1', found none",
        ),
        (
            newer.as_bytes(),
            RunFileErrorKind::UnknownSchema(Some("hammer.run/9".into())),
            "expected schema 'hammer.run/1', found 'hammer.run/9'",
        ),
        (
            &report_only,
            RunFileErrorKind::ReportOnly("hammer.report/1".into()),
            "found 'hammer.report/1', which has no histograms",
        ),
        (
            b"{\"schema\": \"hammer.run/1\"}",
            RunFileErrorKind::InvalidContent,
            "invalid run file",
        ),
    ] {
        let error = RunFile::from_json(bytes).expect_err(message);
        assert_eq!(*error.kind(), kind, "{error}");
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn histograms_that_do_not_belong_to_the_report_are_refused() {
    let written: Value = serde_json::from_slice(&run_file().to_json().unwrap()).unwrap();
    let histograms = "/loads/0/histograms";
    let nothing =
        json!({"v2": "", "count": 0, "sum_ns": 0, "min_ns": 0, "max_ns": 0, "saturated": 0});
    for (pointer, value, message) in [
        ("/loads".to_owned(), json!([]), "expected 1 loads, found 0"),
        (
            format!("{histograms}/response"),
            json!(null),
            "invalid run file",
        ),
        (
            format!("{histograms}/response"),
            nothing.clone(),
            "'response' has",
        ),
        (format!("{histograms}/stages"), json!([]), "2 stages"),
        (format!("{histograms}/groups"), json!([]), "2 groups"),
        (format!("{histograms}/phases"), json!({}), "phases"),
        (format!("{histograms}/slices"), json!([]), "slices"),
        (
            format!("{histograms}/slices/1/response"),
            nothing.clone(),
            "the slice at 1 s",
        ),
    ] {
        let mut changed = written.clone();
        *changed.pointer_mut(&pointer).expect(&pointer) = value;
        let bytes = serde_json::to_vec(&changed).unwrap();
        let error = RunFile::from_json(&bytes).expect_err(&pointer);
        assert!(error.to_string().contains(message), "{pointer}: {error}");
    }
}

/// Hits to two groups, of which one has the name of hits without a group, and hits without a group.
struct OddlyNamedHammer;

impl Hammer for OddlyNamedHammer {
    type Session = ();

    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        Ok(())
    }

    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        let number = hit.number();
        if !number.is_multiple_of(3) {
            hit.group((number % 3 - 1) as usize);
        }
        tokio::time::sleep(ms(number % 3)).await;
        Ok(Outcome::ok(200))
    }

    fn describe(&self) -> Description {
        Description::new().groups(["a", "(no group)"])
    }
}

/// The file could not be read: "the histograms contradict the report".
#[test]
fn a_group_may_have_the_name_of_hits_without_a_group() {
    let schedule = Schedule::new("30/s/2s".parse::<Shape>().unwrap());
    let report = run_paused(Run::new(OddlyNamedHammer, schedule));
    let run = RunFile::new(PlanReport::from_single_load(report));
    let read = read_back(&run);
    assert_eq!(read.to_json().unwrap(), run.to_json().unwrap());
    for run in [&run, &read] {
        let report = run.report.single_load().unwrap();
        let groups = report.groups.iter();
        let groups: Vec<_> = groups
            .map(|group| (group.name.as_str(), group.hits.ok, group.is_ungrouped()))
            .collect();
        let expected = [
            ("a", 20, false),
            ("(no group)", 20, false),
            ("(no group)", 20, true),
        ];
        assert_eq!(groups, expected);
        let own = report.measured.as_ref().unwrap().of_group(1);
        assert_eq!(own.response().count(), 20);
        assert!(own.response().quantile(0.5) >= ms(2));
    }
    let mut first = serde_json::from_slice::<Value>(&run.to_json().unwrap()).unwrap();
    first["loads"][0]["histograms"]["groups"][0]["ungrouped"] = json!(true);
    let error = RunFile::from_json(&serde_json::to_vec(&first).unwrap()).expect_err("not the last");
    assert!(error.to_string().contains("not the last group"), "{error}");
}
