//! Tests of messages about secrets, and about names in thresholds and targets.

use crate::command::{output, stderr};

/// Regression: `-H foo` was reported as `***`, so that the message did not show what was wrong.
#[test]
fn only_values_that_can_have_a_secret_are_masked() {
    for (flags, expected) in [
        (["-H", "foo"], "invalid value 'foo' for '--header"),
        (["-u", "ann"], "invalid value 'ann' for '--user"),
        (["-H", "Authorization s3cret"], "invalid value '***'"),
        (["-H", "a b: s3cret"], "invalid value '***'"),
        (["-b", "s3cret"], "invalid value '***'"),
    ] {
        let message = stderr(&output(
            &[&["http", "http://127.0.0.1:1/"], &flags[..]].concat(),
        ));
        assert!(message.contains(expected), "{flags:?}: {message}");
        assert!(!message.contains("s3cret"), "{flags:?}: {message}");
    }
}

/// Regression: a misspelled capture in a secret header was an "invalid expression at byte 9".
#[test]
fn an_unknown_name_in_a_secret_gets_the_nearest_name() {
    let capture = ["--capture", "session=header:X-Session"];
    for flags in [
        ["-H", "Authorization: Bearer {{sesion}}"],
        ["--oauth2-bearer", "{{sesion}}"],
        ["-u", "ann:{{sesion}}"],
        ["-b", "id={{sesion}}"],
    ] {
        let args = [&["http", "http://127.0.0.1:1/"], &flags[..], &capture[..]].concat();
        let message = stderr(&output(&args));
        assert!(
            message.contains("unknown name at byte"),
            "{flags:?}: {message}"
        );
        assert!(
            message.contains("expected 'session'"),
            "{flags:?}: {message}"
        );
    }
}

/// Regression: a threshold on a misspelled failure held in every run, and a misspelled key of a target
/// was a comment.
#[test]
fn misspelled_names_in_thresholds_and_targets_are_found() {
    for (flag, threshold, expected) in [
        (
            "--assert",
            "failure.conect_refused == 0",
            "unknown failure 'conect_refused'\n\n    failure.conect_refused == 0\n            \
             ^^^^^^^^^^^^^^ expected 'connect_refused'",
        ),
        ("--abort-on", "failure.timeuot > 5", "expected 'timeout'"),
        ("--assert", "label.5003 == 0", "unknown label '5003'"),
        ("--assert", "phase.conect.p99 < 1s", "expected 'connect'"),
    ] {
        let args = ["http", "http://127.0.0.1:1/", flag, threshold, "--dry-run"];
        let message = stderr(&output(&args));
        assert!(message.contains(expected), "{threshold}: {message}");
        let args = ["http", "http://127.0.0.1:1/", flag, threshold, "-n", "1"];
        assert_eq!(output(&args).status.code(), Some(2), "{threshold}");
    }
    let folder = tempfile::tempdir().unwrap();
    let targets = folder.path().join("targets.txt");
    std::fs::write(&targets, "# weigth: 3\nGET http://127.0.0.1:1/\n").unwrap();
    let args = ["http", "--targets", targets.to_str().unwrap(), "-n", "1"];
    let message = stderr(&output(&args));
    let expected = "unknown key \"weigth\" in a comment, did you mean \"# weight:\"?";
    assert!(message.starts_with("warning: line 1 of "), "{message}");
    assert!(message.contains(expected), "{message}");
    let dry = crate::command::stdout(&output(&[&args[..], &["--dry-run"]].concat()));
    assert!(dry.contains("unknown key \"weigth\""), "{dry}");
}
