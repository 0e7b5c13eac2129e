use crate::command::{json, output, report, stderr, stdout};

#[test]
fn a_demo_needs_no_arguments() {
    let output = output(&["demo", "-z", "1"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("1,000 scheduled   1,000 ok"),
        "{}",
        stdout(&output)
    );
    assert!(
        stderr(&output).contains("the target counted 1000 hits"),
        "{}",
        stderr(&output)
    );
    assert_eq!(report(&["demo", "-n", "10"])["hits"]["ok"], 10);
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = output(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("max-in-flight"), "{shell}");
    }
}

#[test]
fn an_unknown_command_gets_a_suggestion() {
    let output = output(&["htpp", "http://127.0.0.1:1/"]);
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert!(
        message.contains("'htpp'") && message.contains("'http'"),
        "{message}"
    );
    assert!(message.contains("hammer-htpp"), "{message}");
}

/// Regression: `hammer compare` was said to be a misspelling of `completions`, and a URL in place of a
/// command or a plan got advice about plans.
#[test]
fn an_argument_in_place_of_a_command_gets_the_right_command() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.toml");
    std::fs::write(&plan, "").unwrap();
    let plan = plan.to_str().unwrap();
    for (args, expected) in [
        (
            &["benchmark", "a", "b"][..],
            "unknown command 'benchmark'; expected one of http, mqtt, run, find, plan,".to_owned(),
        ),
        (
            &["repaly", "a"],
            "unknown command 'repaly', did you mean 'replay'?".into(),
        ),
        (
            &["http://127.0.0.1:1/", "-n", "3"],
            "found the URL 'http://127.0.0.1:1/' (try 'hammer http http://127.0.0.1:1/')".into(),
        ),
        (
            &["mqtt://a:s3cret@b"],
            "(try 'hammer mqtt mqtt://a:***@b')".into(),
        ),
        (&[plan], format!("(try 'hammer run {plan}' for a plan)")),
        (
            &["run", "http://127.0.0.1:1/", "-n", "2"],
            "expected a plan file, found a URL (try --endpoint http://127.0.0.1:1/)".into(),
        ),
        (
            &["run", "http://a:s3cret@b/"],
            "(try --endpoint http://a:***@b/)".into(),
        ),
    ] {
        let output = output(args);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
        assert!(message.contains(&expected), "{args:?}: {message}");
        assert!(!message.contains("s3cret"), "{args:?}: {message}");
    }
}

#[test]
fn require_valid_turns_an_invalid_verdict_into_an_error() {
    // One slot, and a delay of ten times the interval between hits.
    let behavior =
        hammer_target::TargetBehavior::default().delay(std::time::Duration::from_millis(100));
    let target = hammer_target::TargetServer::spawn(behavior).unwrap();
    let url = target.url();
    let args = [
        "http", &url, "-r", "100", "-z", "1", "-c", "1", "--drain", "10ms", "-q", "-o", "json",
    ];
    let plain = output(&args);
    assert_eq!(plain.status.code(), Some(0));
    assert_eq!(json(&plain)["verdict"]["status"], "invalid");
    let strict = output(&[&args[..], &["--require-valid"]].concat());
    assert_eq!(strict.status.code(), Some(98));
    assert_eq!(json(&strict)["verdict"]["status"], "invalid");
}
