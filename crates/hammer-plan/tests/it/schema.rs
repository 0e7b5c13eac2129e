//! The JSON Schema of plans.

use std::fs;
use std::path::Path;

use hammer_plan::{EXAMPLE, ParsedPlanFile, PlanContent, schema};
use serde_json::{Value, json};

#[test]
fn the_schema_in_the_docs_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas/plan.schema.json");
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == schema(),
        "the schema is stale (run cargo run -- plan --schema > docs/schemas/plan.schema.json)"
    );
}

#[test]
fn the_schema_and_the_parser_accept_the_same_plans() {
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema()).unwrap()).unwrap();
    let example =
        ParsedPlanFile::parse("example.toml", EXAMPLE, |_| Some("http://a".into())).unwrap();
    let PlanContent::Plan(example) = example.content() else {
        panic!("the example is a scenario")
    };
    let load_with = |more: Value| {
        let mut load = json!({"target": "http://a/"});
        load.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({"load": [load]})
    };
    for (plan, valid) in [
        (serde_json::to_value(example).unwrap(), true),
        (
            load_with(json!({"rate": 5, "header": ["A: b"], "insecure": true})),
            true,
        ),
        (load_with(json!({"name": "a-1"})), true),
        (load_with(json!({"name": "a b"})), false),
        (load_with(json!({"header": {"A": "b"}})), false),
        (json!({"load": []}), false),
        (json!({"quiet": true}), false),
        (json!({"load": [{"target": "a"}], "x": 1}), false),
    ] {
        assert_eq!(validator.is_valid(&plan), valid, "{plan}");
        let text = plan.to_string();
        let read = ParsedPlanFile::parse("p.json", &text, |_| None);
        assert_eq!(read.is_ok(), valid, "{text}");
    }
}
