//! Tests of messages about secrets, and about names in thresholds and targets.

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{hammer, output, stderr, stdout};

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

/// A URL in an error was shown with its password.
#[test]
fn errors_about_urls_contain_no_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.toml");
    let plan = path.to_str().unwrap();
    let long = format!("nosuch://u:{}@h/", "s3cretpw".repeat(100));
    let urls = [
        "nosuch://u:s3cretpw@h/",
        "u:s3cretpw@h/",
        "redis://u:s3cretpw@h/",
        &long,
    ];
    let assert_masked = |args: &[&str]| {
        let output = output(args);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
        assert!(message.contains("u:***@h/"), "{args:?}: {message}");
        assert!(!message.contains("s3cretpw"), "{args:?}: {message}");
    };
    let http = ["http", "http://127.0.0.1:1/"];
    for flags in [
        &["http://u:s3cretpw@h/"][..],
        &["-n", "http://u:s3cretpw@h/"],
        &["-o", "json=http://u:s3cretpw@h/"],
    ] {
        assert_masked(&[&http, flags].concat());
    }
    for url in urls {
        assert_masked(&["run", "--endpoint", url]);
        assert_masked(&[url]);
        let load = format!("[[load]]\nhits = 1\ntarget = \"{url}\"\n");
        let other = "[[load]]\nhits = 1\ntarget = \"http://127.0.0.1:1/\"\n";
        for text in [load.clone(), format!("{other}{load}")] {
            std::fs::write(&path, text).unwrap();
            assert_masked(&["run", plan]);
        }
        let scenario = format!("{{\"hammerConfig\": {{\"endpoint\": \"{url}\"}}, \"tps\": 1}}");
        let path = folder.path().join("scenario.json");
        std::fs::write(&path, scenario).unwrap();
        assert_masked(&["run", path.to_str().unwrap()]);
    }
}

/// The name of a group, made of a URL, had the secrets of its query.
#[test]
fn groups_of_targets_have_no_secrets_in_their_names() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = target.url();
    let url = url.trim_end_matches('/');
    let lines = format!(
        "GET {url}/a?token=s3cretpw\n\nGET {url}/a?token=s3cretpw2\n\nGET {url}/a?token={{{{hit}}}}s3cretpw\n\n\
         GET {url}/b?page=2&token=s3cretpw\n"
    );
    std::fs::write(folder.path().join("targets"), lines).unwrap();
    let run = |args: &[&str]| {
        hammer(&["http", "--targets", "targets", "-n", "8", "-r", "1k"])
            .args(["-o", "text", "-o", "json=json", "-o", "hits=hits"])
            .args(args)
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let ended = run(&["--assert", "[GET /a?token=***] p99 < 1h"]);
    assert_eq!(ended.status.code(), Some(0), "{}", stderr(&ended));
    let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let unknown = stderr(&run(&["--assert", "[GET /c] p99 < 1h"]));
    for text in [stdout(&ended), read("json"), read("hits"), unknown] {
        assert!(text.contains("GET /a?token=***"), "{text}");
        assert!(text.contains("GET /b?page=2&token=***"), "{text}");
        assert!(!text.contains("s3cretpw"), "{text}");
    }
    let report: serde_json::Value = serde_json::from_str(&read("json")).unwrap();
    assert_eq!(report["groups"].as_array().unwrap().len(), 2, "{report}");
}
