//! Errors of malformed plans, with their positions.

use hammer_plan::{Diagnostic, ParsedPlanFile, PlanPathStep};

const LOAD: &str = "[[load]]\ntarget = 'http://a/'\n";

fn error(name: &str, text: &str) -> String {
    let found = ParsedPlanFile::parse(name, text, |_| None);
    found.expect_err(text).to_string()
}

#[test]
fn toml_errors_have_a_position_and_an_expectation() {
    for (text, position, message) in [
        ("", "1:1", "the plan has no load; expected one or more"),
        ("[[load]\n", "1:8", "invalid TOML"),
        ("a = 'b\n", "1:7", "invalid TOML"),
        ("[[load]]\nrate = ${RATE}\n", "2:9", "expected \"${NAME}\""),
        ("\n\nx = 1\n", "3:1", "unknown key 'x' in a plan; expected"),
        (
            "live = true\n",
            "1:1",
            "unknown key 'live' in a plan; expected progress = \"live\"",
        ),
        ("outptu = 'json'\n", "1:1", "'output'"),
        ("rate = 5\n", "1:1", "move it below a [[load]] line"),
        ("load = 3\n", "1:8", "'load' is a number"),
        ("load = []\n", "1:8", "the plan has no load"),
        (
            "load = [1]\n",
            "1:9",
            "the load is a number; expected a table",
        ),
        (
            "[load]\ntarget = 'a'\n",
            "1:1",
            "expected one or more [[load]] tables",
        ),
        (
            "[[load]]\nrate = 5\n",
            "1:1",
            "no target; expected target =",
        ),
        (
            "[[load]]\n  traget = 'a'\n",
            "2:3",
            "unknown key 'traget' in a load; expected 'target'",
        ),
        ("[[load]]\ntarget = 7\n", "2:10", "'target' is a number"),
        (
            "[[load]]\ntarget = 'a'\noutput = 'json'\n",
            "3:1",
            "above the first [[load]]",
        ),
        (
            "[[load]]\ntarget = 'a'\nheader = [['b']]\n",
            "3:11",
            "a list as an item",
        ),
        (
            "[[load]]\ntarget = 'a'\nheader = { b = 'c' }\n",
            "3:10",
            "'header' is a table",
        ),
        (
            "[[load]]\ntarget = 'a'\nrate = nan\n",
            "3:8",
            "the number is out of range",
        ),
        (
            "[[load]]\ntarget = 'a'\nname = 'b c'\n",
            "3:8",
            "invalid load name",
        ),
        (
            "[[load]]\ntarget = 'a'\nname = '1'\n",
            "3:8",
            "invalid load name",
        ),
        (
            "[[load]]\ntarget = 'é${NO}'\n",
            "2:12",
            "variable 'NO' is not set",
        ),
        (
            "[[load]]\ntarget = '''\nx\n  ${NO}'''\n",
            "4:3",
            "variable 'NO' is not set",
        ),
        ("[[load]]\ntarget = '${}'\n", "2:11", "expected ${NAME}"),
    ] {
        let error = error("p.toml", text);
        assert!(
            error.starts_with(&format!("p.toml:{position}: ")),
            "{text}: {error}"
        );
        assert!(error.contains(message), "{text}: {error}");
    }
    let twice = format!("{LOAD}name = 'a'\n{LOAD}name = 'a'\n");
    assert!(
        error("p", &twice).starts_with("p:6:8: duplicate load name 'a'; expected a unique name")
    );
    let many = LOAD.repeat(65);
    assert!(error("p", &many).starts_with("p:129:1: the plan has more than 64 loads"));
}

#[test]
fn json_errors_have_a_position_and_an_expectation() {
    for (text, position, message) in [
        ("", "1:1", "invalid JSON"),
        ("{\"load\": [", "1:10", "invalid JSON"),
        ("[]", "1:1", "the plan is a list; expected a table"),
        (
            "{\"x\": 1, \"load\": []}",
            "1:2",
            "unknown key 'x' in a plan",
        ),
        (
            "{\"load\": [\n{\"target\": null}]}",
            "2:12",
            "'target' is null",
        ),
        (
            "{\"load\": [{\"target\": \"a\",\n \"é\": {}}]}",
            "2:7",
            "'é' is a table",
        ),
        (
            "{\"load\": [], \"load\": []}",
            "1:14",
            "duplicate key 'load'",
        ),
        (
            "{\"hammerConfig\": 1}",
            "1:18",
            "'hammerConfig' is not a table",
        ),
        (
            "{\"hammerConfig\": {\"endpont\": \"a\"}}",
            "1:19",
            "unknown key 'endpont' in 'hammerConfig'; expected 'endpoint'",
        ),
        (
            "{\"hammerConfig\": {}, \"tsp\": 1}",
            "1:22",
            "unknown key 'tsp' in a scenario; expected 'tps'",
        ),
        (
            "{\"hammerConfig\": {}, \"tps\": \"a\"}",
            "1:29",
            "'tps' is a string; expected a number",
        ),
        (
            "{\"hammerConfig\": {\"headers\": {\"a\": 1}}}",
            "1:36",
            "header 'a' is a number; expected a string",
        ),
    ] {
        let error = error("p.json", text);
        assert!(
            error.starts_with(&format!("p.json:{position}: ")),
            "{text}: {error}"
        );
        assert!(error.contains(message), "{text}: {error}");
    }
}

#[test]
fn oversized_texts_are_refused() {
    let long = " ".repeat((1 << 20) + 1);
    assert!(error("p.toml", &long).contains("longer than 1 MiB"));
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        assert!(error("p.json", &deep).starts_with("p.json:1:"), "{open}");
    }
    let deep = format!("a = {}1{}", "[".repeat(1000), "]".repeat(1000));
    assert!(error("p.toml", &deep).starts_with("p.toml:1:"));
    let keys = format!("[[load]]\n{} = 1\n", vec!["a"; 5000].join("."));
    assert!(error("p.toml", &keys).starts_with("p.toml:"));
}

/// Parses every prefix and suffix of valid plans, and valid plans with a character missing or
/// doubled.
#[test]
fn nearly_valid_plans_do_not_panic() {
    let json = r#"{"quiet": true, "load": [{"target": "é${HOME}", "rate": 1e3, "a": ["b\"", 2]}]}"#;
    let scenario = r#"{"tps": 1, "hammerConfig": {"endpoint": "é", "headers": {"a": "b"}}}"#;
    for text in [hammer_plan::EXAMPLE, json, scenario] {
        for (at, character) in text.char_indices() {
            let (before, after) = (&text[..at], &text[at..]);
            let missing = format!("{before}{}", &after[character.len_utf8()..]);
            let doubled = format!("{before}{character}{after}");
            for text in [before, after, &missing, &doubled] {
                for name in ["p", "p.toml", "p.json"] {
                    let _ = ParsedPlanFile::parse(name, text, |_| Some("é".into()));
                }
            }
        }
    }
}

#[test]
fn callers_make_errors_at_values_and_keys() {
    let text = format!("{LOAD}rate = 5\n");
    let file = ParsedPlanFile::parse("p.toml", &text, |_| None).unwrap();
    let no = || Diagnostic::new(0..0, "no");
    let rate = [
        PlanPathStep::Key("load"),
        PlanPathStep::Item(0),
        PlanPathStep::Key("rate"),
    ];
    assert_eq!(file.value_error(&rate, "no").to_string(), "p.toml:3:8: no");
    assert_eq!(file.key_error(&rate, no()).to_string(), "p.toml:3:1: no");
    let missing = [
        rate[0],
        rate[1],
        PlanPathStep::Key("x"),
        PlanPathStep::Item(9),
    ];
    let error = file.key_error(&missing, no());
    assert_eq!((error.line(), error.column()), (1, 1), "{error}");
}

/// The value of a variable once was repeated in errors, and so in the logs of a build.
#[test]
fn errors_show_a_value_of_the_environment_as_written() {
    let env = |name: &str| match name {
        "SECRET" => Some("hunter2 < 250".to_owned()),
        "LONG" => Some("hunter2-".repeat(40)),
        _ => None,
    };
    for (text, message) in [
        (
            "assert = '${SECRET}'\n[[load]]\ntarget = 'a'\n",
            "p.toml:1:10: 'assert': invalid value '${SECRET}': unknown figure; \
             expected p99, mean, max, errors, ok, label.503, failure.timeout, achieved or rate",
        ),
        (
            "abort_on = [\"[${SECRET}\"]\n[[load]]\ntarget = 'a'\n",
            "p.toml:1:13: 'abort_on': invalid value '[${SECRET}': unclosed bracket; \
             expected ']' after the scope, as in [checkout] p99 < 1s",
        ),
        (
            "[[load]]\ntarget = 'a'\nname = '${SECRET}'\n",
            "p.toml:3:8: invalid load name '${SECRET}'; expected a letter, then up to 39 letters, \
             digits, '-' and '_'",
        ),
    ] {
        let error = ParsedPlanFile::parse("p.toml", text, env).expect_err(text);
        assert_eq!(error.to_string(), message);
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }

    let text = format!("{LOAD}rate = ' ${{SECRET}}'\ndata = '${{LONG}}'\nduration = 'soon'\n");
    let file = ParsedPlanFile::parse("p.toml", &text, env).expect("a plan");
    let load = [PlanPathStep::Key("load"), PlanPathStep::Item(0)];
    let path = |key| [load[0], load[1], PlanPathStep::Key(key)];
    let wrong = || Diagnostic::new(0..7, "not a number").with_expected("a rate such as 100");
    let invalid = |key, text: &str| file.invalid_value(&path(key), text, wrong()).to_string();
    assert_eq!(
        invalid("rate", " hunter2 < 250"),
        "p.toml:3:8: 'rate': invalid value ' ${SECRET}': not a number; expected a rate such as 100"
    );
    assert_eq!(
        invalid("duration", "soon"),
        "p.toml:5:12: 'duration': invalid value 'soon': not a number; expected a rate such as 100"
    );
    // A message of another parser may cut the value.
    let problem = format!("'data': invalid value '{}…'", "hunter2-".repeat(7));
    let error = file.value_error(&path("data"), problem).to_string();
    assert_eq!(error, "p.toml:4:8: 'data': invalid value '${LONG}…'");
}
