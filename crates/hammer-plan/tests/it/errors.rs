use hammer_plan::{PlanFile, PlanPathStep};

const LOAD: &str = "[[load]]\ntarget = 'http://a/'\n";

fn error(name: &str, text: &str) -> String {
    let found = PlanFile::parse(name, text, |_| None);
    found.expect_err(text).to_string()
}

#[test]
fn what_is_wrong_in_toml_has_a_place_and_what_would_be_right() {
    for (text, place, said) in [
        ("", "1:1", "it has no load; right would be"),
        ("[[load]\n", "1:8", "no TOML"),
        ("a = 'b\n", "1:7", "no TOML"),
        (
            "[[load]]\nrate = ${RATE}\n",
            "2:9",
            "right would be \"${NAME}\"",
        ),
        ("\n\nx = 1\n", "3:1", "no key 'x'; right would be"),
        ("outptu = 'json'\n", "1:1", "'output'"),
        ("rate = 5\n", "1:1", "below a line [[load]]"),
        ("load = 3\n", "1:8", "'load' is a number"),
        ("load = []\n", "1:8", "it has no load"),
        ("load = [1]\n", "1:9", "this is a number"),
        (
            "[load]\ntarget = 'a'\n",
            "1:1",
            "right would be one or several of [[load]]",
        ),
        (
            "[[load]]\nrate = 5\n",
            "1:1",
            "no target; right would be target =",
        ),
        (
            "[[load]]\n  traget = 'a'\n",
            "2:3",
            "'traget'; right would be 'target'",
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
            "'header' has a table",
        ),
        (
            "[[load]]\ntarget = 'a'\nrate = nan\n",
            "3:8",
            "the number is out of range",
        ),
        (
            "[[load]]\ntarget = 'a'\nname = 'b c'\n",
            "3:8",
            "no name of a load",
        ),
        (
            "[[load]]\ntarget = 'a'\nname = '1'\n",
            "3:8",
            "no name of a load",
        ),
        ("[[load]]\ntarget = 'é${NO}'\n", "2:12", "no variable NO"),
        (
            "[[load]]\ntarget = '''\nx\n  ${NO}'''\n",
            "4:3",
            "no variable NO",
        ),
        (
            "[[load]]\ntarget = '${}'\n",
            "2:11",
            "right would be ${NAME}",
        ),
    ] {
        let error = error("p.toml", text);
        assert!(
            error.starts_with(&format!("p.toml:{place}: ")),
            "{text}: {error}"
        );
        assert!(error.contains(said), "{text}: {error}");
    }
    let twice = format!("{LOAD}name = 'a'\n{LOAD}name = 'a'\n");
    assert!(error("p", &twice).starts_with("p:6:8: 'a' is another load's name"));
    let many = LOAD.repeat(65);
    assert!(error("p", &many).starts_with("p:129:1: it has more than 64 loads"));
}

#[test]
fn what_is_wrong_in_json_has_a_place_too() {
    for (text, place, said) in [
        ("", "1:1", "no JSON"),
        ("{\"load\": [", "1:10", "no JSON"),
        ("[]", "1:1", "this is a list"),
        ("{\"x\": 1, \"load\": []}", "1:2", "no key 'x'"),
        (
            "{\"load\": [\n{\"target\": null}]}",
            "2:12",
            "'target' is null",
        ),
        (
            "{\"load\": [{\"target\": \"a\",\n \"é\": {}}]}",
            "2:7",
            "'é' has a table",
        ),
        (
            "{\"load\": [], \"load\": []}",
            "1:14",
            "'load' is there twice",
        ),
        ("{\"hammerConfig\": 1}", "1:18", "no table"),
        (
            "{\"hammerConfig\": {\"endpont\": \"a\"}}",
            "1:19",
            "right would be 'endpoint'",
        ),
        (
            "{\"hammerConfig\": {}, \"tsp\": 1}",
            "1:22",
            "a scenario has no key 'tsp'; right would be 'tps'",
        ),
        (
            "{\"hammerConfig\": {}, \"tps\": \"a\"}",
            "1:29",
            "right would be a number",
        ),
        (
            "{\"hammerConfig\": {\"headers\": {\"a\": 1}}}",
            "1:36",
            "the header 'a' is a number",
        ),
    ] {
        let error = error("p.json", text);
        assert!(
            error.starts_with(&format!("p.json:{place}: ")),
            "{text}: {error}"
        );
        assert!(error.contains(said), "{text}: {error}");
    }
}

/// Whatever is read, the answer comes soon and is no panic.
#[test]
fn texts_that_want_too_much_are_refused() {
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

/// Every beginning of a good plan, and every good plan with a character missing or doubled, is
/// read or refused.
#[test]
fn no_text_that_is_nearly_a_plan_makes_a_panic() {
    let json = r#"{"quiet": true, "load": [{"target": "é${HOME}", "rate": 1e3, "a": ["b\"", 2]}]}"#;
    let scenario = r#"{"tps": 1, "hammerConfig": {"endpoint": "é", "headers": {"a": "b"}}}"#;
    for text in [hammer_plan::EXAMPLE, json, scenario] {
        for (at, character) in text.char_indices() {
            let (before, behind) = (&text[..at], &text[at..]);
            let missing = format!("{before}{}", &behind[character.len_utf8()..]);
            let doubled = format!("{before}{character}{behind}");
            for text in [before, behind, &missing, &doubled] {
                for name in ["p", "p.toml", "p.json"] {
                    let _ = PlanFile::parse(name, text, |_| Some("é".into()));
                }
            }
        }
    }
}

#[test]
fn places_are_found_by_those_who_know_more() {
    let text = format!("{LOAD}rate = 5\n");
    let file = PlanFile::parse("p.toml", &text, |_| None).unwrap();
    let rate = [
        PlanPathStep::Key("load"),
        PlanPathStep::Item(0),
        PlanPathStep::Key("rate"),
    ];
    assert_eq!(file.value_error(&rate, "no").to_string(), "p.toml:3:8: no");
    assert_eq!(file.key_error(&rate, "no").to_string(), "p.toml:3:1: no");
    let nowhere = [
        rate[0],
        rate[1],
        PlanPathStep::Key("x"),
        PlanPathStep::Item(9),
    ];
    let error = file.key_error(&nowhere, "no");
    assert_eq!((error.line(), error.column()), (1, 1), "{error}");
}
