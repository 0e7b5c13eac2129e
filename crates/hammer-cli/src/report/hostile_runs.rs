//! Tests that run files with hostile numbers are refused or rendered, and never panic.
//!
//! Debug builds panic if a number overflows.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::{fs, slice};

use hammer_analysis::{CompareOptions, compare};
use hammer_core::RunFile;
use serde_json::{Value, json};

use super::render;
use super::text::TextOptions;
use crate::args::OutputKind;

const KINDS: [OutputKind; 8] = [
    OutputKind::Text,
    OutputKind::Json,
    OutputKind::Junit,
    OutputKind::Markdown,
    OutputKind::Html,
    OutputKind::Run,
    OutputKind::Hlog,
    OutputKind::Hgrm,
];

/// A run of two loads with stages, groups, failures and a baseline.
fn recorded_run() -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/runs");
    let bytes = fs::read(folder.join("plan.run.zst")).expect("a recorded run");
    let json = zstd::stream::decode_all(&*bytes).expect("compressed");
    serde_json::from_slice(&json).expect("JSON")
}

/// The keys that have numbers, or lists or objects of numbers.
fn keys_of_numbers(json: &Value, key: &str, keys: &mut BTreeSet<String>) {
    match json {
        Value::Number(_) => {
            keys.insert(key.to_owned());
        }
        Value::Array(values) => values.iter().for_each(|it| keys_of_numbers(it, key, keys)),
        Value::Object(values) => values
            .iter()
            .for_each(|(key, it)| keys_of_numbers(it, key, keys)),
        _ => {}
    }
}

/// Replaces all numbers that have this key.
fn replace(json: &mut Value, key: &str, is_below: bool, number: &Value) {
    match json {
        Value::Number(_) if is_below => *json = number.clone(),
        Value::Array(values) => {
            values
                .iter_mut()
                .for_each(|it| replace(it, key, is_below, number));
        }
        Value::Object(values) => {
            for (name, value) in values {
                replace(value, key, name == key, number);
            }
        }
        _ => {}
    }
}

fn read(json: &Value) -> Option<RunFile> {
    let bytes = serde_json::to_vec(json).expect("JSON");
    RunFile::from_json(&bytes).ok()
}

/// Renders a run in each format, and compares it with another run.
fn use_everywhere(run: &RunFile, base: &RunFile) {
    for kind in KINDS {
        let options = TextOptions {
            color: false,
            confidence: true,
        };
        // An error is fine.
        let _ = render(kind, run, options);
    }
    let sides = [base, run].map(slice::from_ref);
    for [base, new] in [sides, [sides[1], sides[0]]] {
        if let Ok(comparison) = compare(base, new, &CompareOptions::default()) {
            let _ = hammer_html::comparison_page(&comparison, base, new);
        }
    }
}

#[test]
fn numbers_of_any_size_are_refused_or_rendered() {
    let json = recorded_run();
    let base = read(&json).expect("a run file");
    use_everywhere(&base, &base);
    let mut keys = BTreeSet::new();
    keys_of_numbers(&json, "", &mut keys);
    let (mut panics, mut rendered) = (vec![], 0);
    let mut check = |what: String, json: &Value| -> bool {
        let used = catch_unwind(AssertUnwindSafe(|| {
            read(json).map(|run| use_everywhere(&run, &base)).is_some()
        }));
        match used {
            Ok(was_read) => {
                rendered += usize::from(was_read);
                was_read
            }
            Err(_) => {
                panics.push(what);
                false
            }
        }
    };
    let mut all = json.clone();
    for number in [json!(u64::MAX), json!(1e300), json!(-1e300), json!(0)] {
        for key in &keys {
            let mut changed = json.clone();
            replace(&mut changed, key, false, &number);
            if check(format!("{key} {number}"), &changed) && number == json!(u64::MAX) {
                replace(&mut all, key, false, &number);
            }
        }
    }
    check("all at once".to_owned(), &all);
    assert!(panics.is_empty(), "{panics:#?}");
    assert!(rendered > 150, "only {rendered} were read");
}
