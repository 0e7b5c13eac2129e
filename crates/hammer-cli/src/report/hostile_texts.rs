//! Tests that no text of a run can control a terminal or become markup.

use hammer_core::{PlanReport, RunFile, ShardDescription};
use hammer_diagnostic::is_control;
use serde_json::{Value, json};

use super::render;
use super::text::TextOptions;
use crate::args::OutputKind;

/// Controls of terminals, marks of text direction, line ends, and markup of each kind.
const HOSTILE: &str =
    "\u{1b}[2J\u{9b}1m\u{202e}\r\n\t\0</script><img src=x>|`*b*_@team[a](b)\"'&#\\";

/// Recorded runs that together have each part of a report.
const RECORDED: [&str; 7] = [
    include_str!("../../tests/it/golden/reports/confident.json"),
    include_str!("../../tests/it/golden/reports/groups.json"),
    include_str!("../../tests/it/golden/reports/mqtt.json"),
    include_str!("../../tests/it/golden/reports/plan.json"),
    include_str!("../../tests/it/golden/reports/replay.json"),
    include_str!("../../tests/it/golden/reports/stages.json"),
    include_str!("../../tests/it/golden/reports/thresholds.json"),
];

/// Finds the JSON pointers of all values, each before those inside of it.
fn pointers(json: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Keeps the first two items of each list, so that there are few values.
fn shorten_lists(json: &mut Value) {
    match json {
        Value::Object(members) => members.values_mut().for_each(shorten_lists),
        Value::Array(items) => {
            items.truncate(2);
            items.iter_mut().for_each(shorten_lists);
        }
        _ => {}
    }
}

/// A value with a hostile text in it: in place of a text, or as the name of one more member.
fn hostile_value(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(HOSTILE.into()),
        Value::Object(members) => {
            let mut members = members.clone();
            let first = members.values().next()?.clone();
            members.insert(HOSTILE.to_owned(), first);
            Some(members.into())
        }
        _ => None,
    }
}

/// Makes each text of a report hostile that can be any text.
fn hostile_report(json: &str) -> PlanReport {
    let mut json: Value = serde_json::from_str(json).expect("a recorded report is JSON");
    shorten_lists(&mut json);
    json["baseline"] = json!({
        "path": "", "id": "", "started_at": "", "incomparable": null, "warnings": [""],
        "figures": [{"figure": "", "baseline": {"value": 1.0, "infinite": false, "unit": "us"},
                     "measured": {"value": 1.0, "infinite": false, "unit": "us"}, "change": 1.0,
                     "change_low": null, "change_high": null, "outcome": "worse", "undecided": ""}],
    });
    if json.get("loads").is_none() {
        json["proxies"] = json!([{"url": "", "variable": "", "forwards": true}]);
        json["advice"] = json!({"": ""});
        json["generator"]["waited_for"] = json!({"": 1});
    }
    let mut all = vec![];
    pointers(&json, "", &mut all);
    // The deepest first, so that the members of an object have their hostile texts before it is changed.
    for pointer in all.iter().rev() {
        let value = json.pointer_mut(pointer).expect("a value that was found");
        let Some(hostile) = hostile_value(value) else {
            continue;
        };
        let original = std::mem::replace(value, hostile);
        if serde_json::from_value::<PlanReport>(json.clone()).is_err() {
            *json.pointer_mut(pointer).expect("the same value") = original;
        }
    }
    let mut report: PlanReport = serde_json::from_value(json).expect("each change was valid");
    report.verdict.reasons.push(HOSTILE.to_owned());
    report
}

fn hostile_run(report: PlanReport) -> RunFile {
    let mut run = RunFile::new(report);
    let text = || HOSTILE.to_owned();
    run.host.cpu_model = text();
    run.host.kernel = text();
    run.host.arch = text();
    run.host.os = text();
    let mut shard = ShardDescription::default();
    (shard.name, shard.host) = (text(), run.host.clone());
    run.shards = vec![shard];
    (run.id, run.version, run.started_at) = (text(), text(), text());
    run.command = vec![text(), text()];
    run
}

/// Removes code and escapes of Markdown, which no markup can be in.
fn without_code(markdown: &str) -> String {
    let (mut rest, mut shown) = (markdown, String::new());
    while let Some(at) = rest.find(['\\', '`']) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(escaped) = rest.strip_prefix('\\') {
            rest = escaped.get(1..).unwrap_or_default();
            continue;
        }
        let fence = &rest[..rest.len() - rest.trim_start_matches('`').len()];
        let inside = &rest[fence.len()..];
        let mut runs = inside.match_indices(fence).map(|(at, _)| at);
        let end = runs.find(|at| {
            let is_start = !inside[..*at].ends_with('`');
            is_start && !inside[at + fence.len()..].starts_with('`')
        });
        let end = end.unwrap_or_else(|| panic!("code that does not end: {inside}"));
        rest = &inside[end + fence.len()..];
    }
    shown + rest
}

/// Finds a line with a control, or markup that is live, in an output.
fn problem(kind: OutputKind, rendered: &str) -> Option<String> {
    let is_hostile = |c: char| c != '\n' && is_control(c);
    if let Some(line) = rendered.lines().find(|line| line.contains(is_hostile)) {
        return Some(format!("control: {line:?}"));
    }
    let (shown, live): (_, &[&str]) = match kind {
        OutputKind::Markdown => (
            without_code(rendered),
            &["<img", "@team", "[a]", "*b*", "</script>"],
        ),
        OutputKind::Html | OutputKind::Junit => (rendered.to_owned(), &["<img"]),
        _ => return None,
    };
    let is_live = |line: &&str| live.iter().any(|text| line.contains(text));
    let line = shown.lines().find(is_live);
    line.map(|line| format!("markup: {line:?}"))
}

#[test]
fn no_text_of_a_run_is_a_control_or_markup() {
    let options = TextOptions {
        color: false,
        confidence: true,
    };
    let mut problems = vec![];
    for recorded in RECORDED {
        let run = hostile_run(hostile_report(recorded));
        for kind in [
            OutputKind::Text,
            OutputKind::Markdown,
            OutputKind::Html,
            OutputKind::Junit,
            OutputKind::Hlog,
            OutputKind::Hgrm,
        ] {
            let rendered = render(kind, &run, options).expect("a report is rendered");
            let rendered = String::from_utf8(rendered).expect("an output is UTF-8");
            assert!(rendered.len() > 100, "{kind:?}: {rendered}");
            let found = problem(kind, &rendered);
            problems.extend(found.map(|found| format!("{kind:?}: {found}")));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
