//! Pages of all kinds, for tests of all of them.

use std::sync::OnceLock;

use hammer_analysis::{CompareOptions, compare};
use hammer_core::{BaselineChange, BaselineComparison, MeasuredValue};
use hammer_html::{comparison_page, report_page, search_page};

use crate::recorded_search::recorded_search;
use crate::sample_runs::{overloaded_run, plan_run, short_run, steady_run, unanswered_run};
use crate::synthetic_run::{SyntheticLoad, single_run};

/// A page and a name for messages.
pub(crate) struct SamplePage {
    pub(crate) name: &'static str,
    pub(crate) page: String,
}

/// All sample pages, which are made once.
pub(crate) fn sample_pages() -> &'static [SamplePage] {
    static PAGES: OnceLock<Vec<SamplePage>> = OnceLock::new();
    PAGES.get_or_init(make_sample_pages)
}

fn make_sample_pages() -> Vec<SamplePage> {
    let sample = |name, page| SamplePage { name, page };
    vec![
        sample("steady", report_page(&steady_run())),
        sample("overload", report_page(&overloaded_run())),
        sample("short", report_page(&short_run())),
        sample("unanswered", report_page(&unanswered_run())),
        sample("plan", report_page(&plan_run())),
        sample("large", large_page()),
        sample("baseline", baseline_page()),
        sample("comparison", small_comparison_page()),
        sample("changed", changed_comparison_page()),
        sample("search", search_page(&recorded_search("confirmed"))),
        sample(
            "limited",
            search_page(&recorded_search("generator-limited")),
        ),
        sample("never-held", search_page(&recorded_search("never-held"))),
    ]
}

/// The page of an hour with many stages and groups.
fn large_page() -> String {
    report_page(&single_run(&SyntheticLoad {
        slices: 600,
        width_s: 6,
        hits: 30,
        stages: 64,
        groups: 50,
        overloads: true,
        ..SyntheticLoad::default()
    }))
}

/// The page of a run that is slower than its baseline.
fn baseline_page() -> String {
    let value = |us| MeasuredValue {
        value: Some(us),
        infinite: false,
        unit: "us".to_owned(),
    };
    let change = |figure: &str, outcome: &str, undecided: Option<&str>| BaselineChange {
        figure: figure.to_owned(),
        baseline: value(110_512.0),
        measured: value(151_019.0),
        change: Some(36.7),
        change_low: Some(-20.3),
        change_high: Some(140.8),
        outcome: outcome.to_owned(),
        undecided: undecided.map(str::to_owned),
    };
    let mut run = steady_run();
    run.report.baseline = Some(BaselineComparison {
        path: "runs/of-the-main-branch/2026-11-30.run.json.zst".to_owned(),
        figures: vec![
            change("p99", "worse", None),
            change("p99.9", "cannot_tell", Some("the interval is too wide")),
        ],
        ..BaselineComparison::default()
    });
    report_page(&run)
}

/// Many figures of stages and groups, most of which changed.
fn changed_comparison_page() -> String {
    let run = |name: &str, overloads| {
        let mut run = single_run(&SyntheticLoad {
            name: name.to_owned(),
            stages: 2,
            groups: 3,
            overloads,
            ..SyntheticLoad::default()
        });
        run.id = name.repeat(4);
        run
    };
    let (base, new) = ([run("base", false)], [run("new", true)]);
    let mut comparison = compare(&base, &new, &CompareOptions::default()).expect("comparable runs");
    let path = |side| {
        vec![format!(
            "runs/of-the-{side}-version/2026-11-30.run.json.zst"
        )]
    };
    comparison.name_runs(&path("base"), &path("new"));
    comparison_page(&comparison, &base, &new)
}

fn small_comparison_page() -> String {
    let (base, new) = ([steady_run()], [steady_run()]);
    let comparison = compare(&base, &new, &CompareOptions::default()).expect("comparable runs");
    comparison_page(&comparison, &base, &new)
}
