//! The codes of findings.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::*;

#[test]
fn each_reason_has_a_code_in_the_same_order() {
    let verdict = judged(&[
        (LATE, summary(thresholds::LATE_P99_INVALID_US)),
        ("/generator/waited_at_limit", json!(10_000)),
    ]);
    assert_eq!(verdict.codes, ["late_p99", "slots_full"]);
    assert_eq!(verdict.reasons.len(), 2);
    assert!(verdict.reasons[1].contains("waited because"), "{verdict:?}");
    let mut warned = verdict;
    warned.add_doubts(vec!["A token was not renewed.".into()]);
    assert_eq!(warned.codes, ["late_p99", "slots_full", "hammer_doubt"]);
    assert_eq!(warned.statuses, [Invalid, Suspect, Suspect]);
}

#[test]
fn the_docs_and_the_schema_list_all_codes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let read = |name| fs::read_to_string(root.join(name)).expect(name);
    let (docs, schema) = (read("REPORT.md"), read("schemas/report.schema.json"));
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let codes = schema.pointer("/properties/verdict/properties/codes/items/enum");
    let listed: Vec<&str> = (codes.and_then(Value::as_array).expect("a list of codes"))
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let known = FindingCode::ALL.iter().map(|code| code.as_str());
    let known: Vec<&str> = known.chain([crate::report::verdict::DOUBT_CODE]).collect();
    assert_eq!(listed, known);
    for code in known {
        assert!(docs.contains(&format!("| `{code}` |")), "{code}");
    }
}
