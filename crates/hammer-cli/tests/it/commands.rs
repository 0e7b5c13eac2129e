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
fn completions_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = output(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("max-in-flight"), "{shell}");
    }
}

#[test]
fn an_unknown_command_is_told_what_there_is() {
    let output = output(&["htpp", "http://127.0.0.1:1/"]);
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert!(
        message.contains("'htpp'") && message.contains("'http'"),
        "{message}"
    );
    assert!(message.contains("hammer-htpp"), "{message}");
}

#[test]
fn an_invalid_verdict_is_an_error_if_asked_for() {
    // One slot, and answers that take ten times as long as the schedule has time for.
    let knobs =
        hammer_target::TargetBehavior::default().delay(std::time::Duration::from_millis(100));
    let target = hammer_target::TargetServer::spawn(knobs).unwrap();
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
