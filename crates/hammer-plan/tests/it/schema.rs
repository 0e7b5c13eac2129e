use std::fs;
use std::path::Path;

use hammer_plan::{EXAMPLE, PlanContent, PlanFile, schema};
use serde_json::{Value, json};

#[test]
fn the_schema_in_the_docs_is_made_from_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas/plan.schema.json");
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == schema(),
        "write it anew: cargo run -- plan --schema > docs/schemas/plan.schema.json"
    );
}

#[test]
fn what_fits_the_schema_is_a_plan() {
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema()).unwrap()).unwrap();
    let example = PlanFile::parse("example.toml", EXAMPLE, |_| Some("http://a".into())).unwrap();
    let PlanContent::Plan(example) = example.content() else {
        panic!("the example is a scenario")
    };
    let target = |more: Value| {
        let mut load = json!({"target": "http://a/"});
        load.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({"load": [load]})
    };
    for (plan, fits) in [
        (serde_json::to_value(example).unwrap(), true),
        (
            target(json!({"rate": 5, "header": ["A: b"], "insecure": true})),
            true,
        ),
        (target(json!({"name": "a-1"})), true),
        (target(json!({"name": "a b"})), false),
        (target(json!({"header": {"A": "b"}})), false),
        (json!({"load": []}), false),
        (json!({"quiet": true}), false),
        (json!({"load": [{"target": "a"}], "x": 1}), false),
    ] {
        assert_eq!(validator.is_valid(&plan), fits, "{plan}");
        let text = plan.to_string();
        let read = PlanFile::parse("p.json", &text, |_| None);
        assert_eq!(read.is_ok(), fits, "{text}");
    }
}
