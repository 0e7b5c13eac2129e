//! Plans and scenarios that parse.

use hammer_plan::{EXAMPLE, GoHammerScenario, ParsedPlanFile, Plan, PlanContent, PlanFlagValue};
use serde_json::json;

fn env(name: &str) -> Option<String> {
    match name {
        "HOST" => Some("127.0.0.1:1".into()),
        "EVIL" => Some("\"\nrate = 9\n[[load]]".into()),
        "TARGET" => Some("http://127.0.0.1:1".into()),
        _ => None,
    }
}

fn plan(name: &str, text: &str) -> Plan {
    match ParsedPlanFile::parse(name, text, env).unwrap().content() {
        PlanContent::Plan(plan) => plan.clone(),
        PlanContent::Scenario(_) => panic!("a scenario: {text}"),
    }
}

fn scenario(text: &str) -> GoHammerScenario {
    match ParsedPlanFile::parse("s.json", text, env)
        .unwrap()
        .content()
    {
        PlanContent::Scenario(scenario) => scenario.clone(),
        PlanContent::Plan(_) => panic!("a plan: {text}"),
    }
}

const TOML: &str = r#"
output = ["text", "json=r.json"]
quiet = true

[[load]]
name = "browse"
target = "http://${HOST}/"
rate = 1_000
duration = "30s"
header = ["A: b", "Host: ${HOST}"]
insecure = true

[[load]]
hammer = "http"
target = "a"
rate = "600/m"
offset = 2.5
start_at = 2026-12-01T12:00:00Z
"#;

const JSON: &str = r#"{"output": ["text", "json=r.json"], "quiet": true, "load": [
  {"name": "browse", "target": "http://${HOST}/", "rate": 1000, "duration": "30s",
   "header": ["A: b", "Host: ${HOST}"], "insecure": true},
  {"hammer": "http", "target": "a", "rate": "600/m", "offset": 2.5,
   "start_at": "2026-12-01T12:00:00Z"}]}"#;

#[test]
fn toml_and_json_give_the_same_plan() {
    let toml = plan("p.toml", TOML);
    for (name, text) in [
        ("p.json", JSON),
        ("stdin", JSON),
        ("P.JSON", JSON),
        ("stdin", TOML),
    ] {
        assert_eq!(plan(name, text), toml, "{name}");
    }
    let [browse, late] = &toml.load[..] else {
        panic!("{toml:?}")
    };
    assert_eq!(browse.target.as_deref(), Some("http://127.0.0.1:1/"));
    assert_eq!(browse.rate, Some(PlanFlagValue::Number(1000.into())));
    assert_eq!(
        browse.options["header"].texts(),
        ["A: b", "Host: 127.0.0.1:1"]
    );
    assert_eq!(browse.options["insecure"], PlanFlagValue::Flag(true));
    assert_eq!(late.offset.as_ref().unwrap().texts(), ["2.5"]);
    let keys: Vec<String> = late.flags().into_keys().collect();
    assert_eq!(keys, ["rate", "start_at"]);
    let keys: Vec<String> = toml.flags().into_keys().collect();
    assert_eq!(keys, ["output", "quiet"]);
}

#[test]
fn the_value_of_a_variable_cannot_change_the_structure() {
    let plan = plan("p.toml", "[[load]]\ntarget = \"${EVIL}\"\nname = 'a'\n");
    assert_eq!(plan.load.len(), 1);
    assert_eq!(plan.load[0].target, env("EVIL"));
    assert_eq!(plan.load[0].rate, None);
}

#[test]
fn a_serialized_plan_parses_to_the_same_plan() {
    for text in [TOML, EXAMPLE] {
        let first = plan("p.toml", text);
        let json = serde_json::to_string(&first).unwrap();
        assert_eq!(plan("p.json", &json), first);
    }
}

#[test]
fn a_scenario_of_go_hammer_is_used_verbatim() {
    let text = json!({"duration": 60, "tps": 1, "hammer": "http", "hammerConfig": {
        "endpoint": "https://aws.amazon.com", "method": "PUT",
        "payload": "{\"a\": \"${UNSET} @x\"}", "headers": {"content-type": "application/json"}}});
    let scenario = scenario(&text.to_string());
    assert_eq!(scenario.tps.unwrap().texts(), ["1"]);
    assert_eq!(scenario.duration.unwrap().texts(), ["60"]);
    assert_eq!(scenario.hammer.as_deref(), Some("http"));
    let config = scenario.hammer_config;
    assert_eq!(config.endpoint, "https://aws.amazon.com");
    assert_eq!(config.method, "PUT");
    assert_eq!(config.payload, "{\"a\": \"${UNSET} @x\"}");
    assert_eq!(config.headers["content-type"], "application/json");
}
