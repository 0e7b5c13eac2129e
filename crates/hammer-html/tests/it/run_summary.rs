//! The beginning of the page of a run: its outcome, its totals, and its comparisons.

use hammer_core::{
    BaselineChange, BaselineComparison, MeasuredValue, ReplayComparison, VerdictStatus,
};
use hammer_html::report_page;
use serde_json::json;

use crate::page_text::{assert_well_formed, between};
use crate::synthetic_run::{SyntheticLoad, single_run};

/// The thresholds of a run, each with its result: `None` if it was not judged.
fn results(results: &[Option<bool>]) -> serde_json::Value {
    let thresholds = results.iter().enumerate().map(|(index, passed)| {
        json!({"expression": format!("p99 < {index}ms"), "value": 9_000.0, "infinite": false, "unit": "us",
               "passed": *passed == Some(true), "judged": passed.is_some()})
    });
    thresholds.collect()
}

/// A run whose thresholds failed began with a large green "valid".
#[test]
fn the_head_is_the_outcome_of_the_whole_run() {
    use VerdictStatus::{Invalid, Suspect, Valid};
    let (passed, failed, unjudged) = (Some(true), Some(false), None);
    for (status, thresholds, class, text) in [
        (
            Valid,
            vec![passed, failed, failed],
            "bad",
            "✗ 2 of 3 thresholds failed",
        ),
        (Suspect, vec![failed], "bad", "✗ the threshold failed"),
        (
            Valid,
            vec![failed, failed],
            "bad",
            "✗ both thresholds failed",
        ),
        (
            Valid,
            vec![passed, passed],
            "good",
            "✓ both thresholds passed",
        ),
        (
            Suspect,
            vec![passed],
            "doubtful",
            "⚠ the threshold passed, measurement suspect",
        ),
        (
            Valid,
            vec![passed, unjudged],
            "doubtful",
            "⚠ 1 of 2 thresholds not judged",
        ),
        (
            Invalid,
            vec![unjudged, unjudged],
            "bad",
            "✗ measurement invalid",
        ),
        (Valid, vec![], "good", "✓ measurement valid"),
        (Suspect, vec![], "doubtful", "⚠ measurement suspect"),
    ] {
        let mut run = single_run(&SyntheticLoad {
            thresholds: results(&thresholds),
            slices: 12,
            ..SyntheticLoad::default()
        });
        run.report.verdict.status = status;
        let page = report_page(&run);
        let head = format!(
            "<section id=\"verdict\" class=\"{class}\"><h2><span class=\"status\">{text}</span></h2>"
        );
        assert!(page.contains(&head), "{head}: {page}");
        let section = between(&page, &head, "</section>");
        let measurement = format!("Measurement {}:", status.as_str());
        let is_headline = text[4..].starts_with("measurement");
        assert_ne!(
            section.contains(&measurement),
            is_headline,
            "{measurement}: {section}"
        );
        let title = between(&page, "<title>", "</title>");
        assert!(
            title.ends_with(&format!(" ({}) – hammer", &text[4..])),
            "{title}"
        );
    }
}

/// The page had no number of the hits that were not ok, and no names of their failures at the top.
#[test]
fn hits_that_are_not_ok_are_in_the_summary() {
    let mut run = single_run(&SyntheticLoad {
        overloads: true,
        ..SyntheticLoad::default()
    });
    let not_ok = run.report.not_ok();
    assert!(not_ok.are_many());
    let timeouts = run.report.hits.timed_out;
    let page = report_page(&run);
    assert!(page.contains("% of the hits not ok</span>"), "{page}");
    let verdict = between(&page, "<section id=\"verdict\"", "</section>");
    let causes = format!(
        "timeout ×{timeouts}, connect refused ×{}",
        run.report.hits.failed
    );
    assert!(verdict.contains(&causes), "{causes}: {verdict}");
    let tile = |page: &str| between(page, "<dt>not ok</dt>", "</div>").to_owned();
    let text = tile(&page);
    for part in [
        format!("<strong>{} (", not_ok.count),
        format!("timeout ×{timeouts}"),
    ] {
        assert!(text.contains(&part), "{part}: {text}");
    }
    // Few are only in the totals.
    let load = &mut run.report.loads[0].report;
    load.failures = [("reset".to_owned(), 1)].into();
    run.report.hits.ok = run.report.hits.scheduled - 1;
    let page = report_page(&run);
    assert!(
        tile(&page).contains("<small>reset ×1</small>"),
        "{}",
        tile(&page)
    );
    assert!(!between(&page, "<section id=\"verdict\"", "</section>").contains("Not ok"));
}

/// The text had the statuses that a replay changed, and the page did not.
#[test]
fn a_replay_shows_the_statuses_that_differ_first() {
    let mut run = single_run(&SyntheticLoad::default());
    run.report.replay = Some(ReplayComparison {
        planned: 100,
        sent: 100,
        statuses: [
            (
                "200".to_owned(),
                [("200".to_owned(), 90), ("500".to_owned(), 8)].into(),
            ),
            (
                "<404>".to_owned(),
                [("connect_refused".to_owned(), 2)].into(),
            ),
        ]
        .into(),
        ..ReplayComparison::default()
    });
    let page = report_page(&run);
    assert_well_formed(&page);
    let section = between(&page, "id=\"replay\"", "</section>");
    let rows = [
        "200</th><td class=\"failed\">500</td><td data-v=\"8\">8</td>",
        "&lt;404&gt;</th><td class=\"failed\">connect refused</td>",
        "200</th><td>200</td><td data-v=\"90\">90</td>",
    ];
    let places = rows.map(|row| section.find(row));
    assert!(
        places[0].is_some() && places.is_sorted(),
        "{places:?}: {section}"
    );
}

fn change(figure: &str, unit: &str, values: [f64; 2], outcome: &str) -> BaselineChange {
    let [baseline, measured] = values.map(|value| MeasuredValue {
        value: Some(value),
        infinite: false,
        unit: unit.to_owned(),
    });
    BaselineChange {
        figure: figure.to_owned(),
        baseline,
        measured,
        change: Some(29.6),
        change_low: Some(20.0),
        change_high: Some(40.0),
        outcome: outcome.to_owned(),
        undecided: None,
    }
}

/// The changes were in the text and in Markdown, but not in the page.
#[test]
fn a_run_with_a_baseline_shows_the_change() {
    let mut run = single_run(&SyntheticLoad::default());
    assert!(!report_page(&run).contains("id=\"baseline\""));
    let undecided = BaselineChange {
        change_high: None,
        undecided: Some("the interval is too wide".to_owned()),
        ..change("errors", "%", [0.0, 0.02], "cannot_tell")
    };
    run.report.baseline = Some(BaselineComparison {
        path: "<base>.run".to_owned(),
        started_at: "2026-11-29T12:00:00.000Z".to_owned(),
        warnings: vec!["another kernel".to_owned()],
        figures: vec![change("p99", "us", [933.0, 3_560.0], "worse"), undecided],
        ..BaselineComparison::default()
    });
    let page = report_page(&run);
    assert_well_formed(&page);
    let section = between(&page, "<section id=\"baseline\">", "</section>");
    for text in [
        "&lt;base&gt;.run of 2026-11-29T12:00:00.000Z",
        // Both values of a row have one unit.
        ">0.933 ms</td><td data-v=\"3560\">3.56 ms</td>",
        "<td class=\"outcome failed\">✗ worse</td><td data-v=\"29.6\">+29.6 %</td><td>+20.0 % to +40.0 %</td>",
        ">0 %</td><td data-v=\"0.02\">0.02 %</td>",
        "<td class=\"outcome\">? cannot tell: the interval is too wide</td>",
        "<li>another kernel</li>",
    ] {
        assert!(section.contains(text), "{text}: {section}");
    }
    run.report.baseline = Some(BaselineComparison {
        incomparable: Some("other hammer".to_owned()),
        ..BaselineComparison::default()
    });
    let page = report_page(&run);
    let section = between(&page, "<section id=\"baseline\">", "</section>");
    assert!(section.contains("Not compared: other hammer"), "{section}");
    assert!(!section.contains("<table"), "{section}");
}
