//! The page of a comparison.

use hammer_analysis::{CompareOptions, compare};
use hammer_core::RunFile;
use hammer_html::comparison_page;

use crate::page_text::{assert_well_formed, attributes, chart_data, figures};
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
