//! The page of a comparison.

use hammer_analysis::{CompareOptions, ComparedRounds, ComparisonOutcome, EarlyEnd, compare};
use hammer_core::RunFile;
use hammer_html::comparison_page;

use crate::page_text::{assert_well_formed, attributes, between, chart_data, figures};
use crate::synthetic_run::{SyntheticLoad, plan_run, single_run};

fn run(id: &str, overloads: bool) -> RunFile {
    let mut run = single_run(&SyntheticLoad {
        overloads,
        ..SyntheticLoad::default()
    });
    run.id = id.repeat(16);
    run
}

#[test]
fn both_sides_are_drawn_and_the_outcome_comes_first() {
    let (base, new) = ([run("0a", false)], [run("0b", true)]);
    let comparison = compare(&base, &new, &CompareOptions::default()).expect("comparable runs");
    let page = comparison_page(&comparison, &base, &new);
    assert_well_formed(&page);
    assert!(!page.contains("Incomplete"));
    let outcome = page.find("id=\"verdict\"").expect("the outcome");
    assert!(outcome < page.find("id=\"figures\"").expect("the figures"));
    assert!(page.contains(&comparison.outcome.to_string()));
    let (_, runs) = page.split_once("id=\"runs\"").expect("the runs");
    for name in ["base 1", "new 1"] {
        assert!(runs.contains(&format!(">{name}<")), "{name}");
    }
    let figures = figures(&page);
    let ids: Vec<&str> = figures.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["chart-curve", "chart-percentiles"]);
    let data = chart_data(&figures[0].1);
    let last = |series: usize| {
        let values = data["series"][series]["values"].as_array().expect("values");
        values.iter().rev().find_map(serde_json::Value::as_f64)
    };
    assert!(last(1) > last(0), "the new side is slower: {data}");
    assert!(attributes(&page, "href").is_empty());
}

/// An interrupted duel looked like a complete one.
#[test]
fn missing_rounds_are_named() {
    let (base, new) = ([run("0a", false)], [run("0b", false)]);
    let mut comparison = compare(&base, &new, &CompareOptions::default()).expect("comparable runs");
    comparison.rounds = Some(ComparedRounds {
        asked: 5,
        complete: 3,
        early_end: Some(EarlyEnd::Signal {
            signal: "SIGINT".into(),
        }),
    });
    let page = comparison_page(&comparison, &base, &new);
    assert_well_formed(&page);
    let outcome = between(&page, "id=\"verdict\"", "</section>");
    assert!(
        outcome.contains("<strong>Incomplete: </strong>3 of 5 rounds, stopped by SIGINT."),
        "{outcome}"
    );
}

#[test]
fn each_load_of_a_plan_has_charts() {
    let plan = |id: &str| {
        let load = |name: &str| SyntheticLoad {
            name: name.to_owned(),
            ..SyntheticLoad::default()
        };
        let mut run = plan_run(&[load("browse"), load("<order>")]);
        run.id = id.repeat(16);
        run
    };
    let (base, new) = ([plan("0a")], [plan("0b")]);
    let comparison = compare(&base, &new, &CompareOptions::default()).expect("comparable runs");
    let page = comparison_page(&comparison, &base, &new);
    assert_well_formed(&page);
    assert_eq!(figures(&page).len(), 4);
    assert!(page.contains("&lt;order&gt;") && !page.contains("<order>"));
}

/// Slices were merged by their number, so that the p99 of 4 minutes stood beside that of 6 seconds.
#[test]
fn slices_of_different_lengths_are_compared_at_the_same_time() {
    let run = |id: &str, slices, width_s| {
        let mut run = single_run(&SyntheticLoad {
            slices,
            width_s,
            hits: 30 * width_s,
            overloads: true,
            ..SyntheticLoad::default()
        });
        run.id = id.repeat(16);
        run
    };
    for (base_slices, new_slices) in [(15, 600), (600, 15)] {
        let base = [run("0a", base_slices, 3_600 / base_slices)];
        let new = [run("0b", new_slices, 3_600 / new_slices)];
        let comparison = compare(&base, &new, &CompareOptions::default()).expect("comparable runs");
        let page = comparison_page(&comparison, &base, &new);
        let (_, figure) = figures(&page).swap_remove(1);
        let data = chart_data(&figure);
        assert_eq!(data["xs"].as_array().map(Vec::len), Some(15));
        assert_eq!(data["widths"][7], 240);
        for series in data["series"].as_array().expect("series") {
            let values = series["values"].as_array().expect("values");
            let values: Vec<f64> = values
                .iter()
                .filter_map(serde_json::Value::as_f64)
                .collect();
            assert_eq!(values.len(), 15, "{series}");
            // The second half is overloaded, more and more.
            assert!(values[14] > 3.0 * values[6], "{series}");
            assert!(values[6] < 1.5 * values[0], "{series}");
        }
    }
}

#[test]
fn figures_that_changed_are_always_shown_and_first() {
    let (base, new) = ([run("0a", false)], [run("0b", false)]);
    let mut comparison = compare(&base, &new, &CompareOptions::default()).expect("comparable runs");
    let mut same = comparison.figures[0].clone();
    same.outcome = ComparisonOutcome::Same;
    same.undecided = None;
    let with = |outcome, count| {
        let mut figure = same.clone();
        figure.outcome = outcome;
        std::iter::repeat_n(figure, count)
    };
    comparison.figures = with(ComparisonOutcome::Same, 150)
        .chain(with(ComparisonOutcome::CannotTell, 230))
        .chain(with(ComparisonOutcome::Same, 150))
        .chain(with(ComparisonOutcome::Worse, 1))
        .collect();
    let page = comparison_page(&comparison, &base, &new);
    let table = between(&page, "id=\"figures\"", "</section>");
    let rows: Vec<&str> = table.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), 231);
    assert!(rows[0].contains("✗ worse"), "{}", rows[0]);
    assert!(rows[1].contains("? cannot tell") && rows[230].contains("? cannot tell"));
    assert!(table.contains("300 more rows"), "{table}");
}

/// The page said neither which files were compared nor what to do next.
#[test]
fn the_files_the_warnings_and_the_next_step_are_shown() {
    let mut new = run("0b", false);
    new.host.kernel = "<other>".to_owned();
    let (base, new) = ([run("0a", false)], [new]);
    let mut comparison = compare(&base, &new, &CompareOptions::default()).expect("comparable runs");
    comparison.name_runs(&["old/base.run".to_owned()], &["<new>.run".to_owned()]);
    comparison.next_step = Some("about 9 more runs of each side would decide".to_owned());
    let page = comparison_page(&comparison, &base, &new);
    assert_well_formed(&page);
    let head = between(&page, "<header>", "</section>");
    for text in [
        "base: <code>old/base.run</code>",
        "new: <code>&lt;new&gt;.run</code>",
        "different kernel: 6.1.0 in base, &lt;other&gt; in new",
        "<strong>Next:</strong> about 9 more runs of each side would decide.",
    ] {
        assert!(head.contains(text), "{text}: {head}");
    }
    let runs = between(&page, "id=\"runs\"", "</section>");
    for name in ["old/base.run", "&lt;new&gt;.run"] {
        assert!(
            runs.contains(&format!("<code>{name}</code>")),
            "{name}: {runs}"
        );
    }
}

/// The table numbered pairs, and warnings the runs as they were given.
#[test]
fn runs_have_the_numbers_that_warnings_use() {
    let at = |id: &str, minute: u32| {
        let mut run = run(id, false);
        run.started_at = format!("2026-11-30T12:{minute:02}:00.000Z");
        run
    };
    // The runs took turns, and were given in another order.
    let base = [at("0a", 4), at("0b", 0), at("0c", 2)];
    let new = [at("0d", 1), at("0e", 3), at("0f", 5)];
    let comparison = compare(&base, &new, &CompareOptions::default()).expect("comparable runs");
    let page = comparison_page(&comparison, &base, &new);
    let runs = between(&page, "id=\"runs\"", "</section>");
    let places = ["base 2", "base 3", "base 1"].map(|name| runs.find(&format!(">{name}<")));
    assert!(
        places.is_sorted() && places[0].is_some(),
        "{places:?}: {runs}"
    );
}

/// The page said only that "at least one figure" was worse.
#[test]
fn the_figures_that_make_the_outcome_are_named_first() {
    let (base, new) = ([run("0a", false)], [run("0b", true)]);
    let comparison = compare(&base, &new, &CompareOptions::default()).expect("comparable runs");
    assert_eq!(comparison.outcome, ComparisonOutcome::Worse);
    let page = comparison_page(&comparison, &base, &new);
    let section = between(&page, "id=\"verdict\"", "</section>");
    let worse = comparison
        .figures
        .iter()
        .find(|it| it.decides && it.confirmed && it.outcome == ComparisonOutcome::Worse);
    let worse = worse.expect("a worse figure");
    let change = worse.change.expect("a change");
    let text = format!("%: {} {}", worse.figure, change.scale.format(change.value));
    assert!(section.contains(&text), "{text}: {section}");
    let figures = between(&page, "id=\"figures\"", "</section>");
    assert!(
        figures.contains(">&lt; 0.001<"),
        "a small p is not zero: {figures}"
    );
}
