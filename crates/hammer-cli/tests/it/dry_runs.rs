//! Tests of `--dry-run`.

use std::fs;

use crate::command::{hammer, stderr, stdout};

/// Regression: the first hits showed `{{u.id}}` in place of their values.
#[test]
fn the_first_hits_are_shown_with_their_values() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("users.csv"),
        "id,name\n7,Ada\n8,Grace\n9,Edsger\n",
    )
    .unwrap();
    let targets = "GET http://127.0.0.1:1/a/{{u.id}}\n\nPOST http://127.0.0.1:1/b\n";
    fs::write(folder.path().join("targets.txt"), targets).unwrap();
    let session =
        "# once: true\nPOST http://127.0.0.1:1/login\n\nGET http://127.0.0.1:1/items/{{sid}}\n";
    fs::write(folder.path().join("session.txt"), session).unwrap();
    let url = "http://ann:s3cret@127.0.0.1:1/users/{{u.id}}?key={{env DRY_RUN_KEY}}&n={{seq}}";
    for (flags, expected) in [
        (
            &[url, "-d", "{{u.name}} {{env DRY_RUN_KEY}}"][..],
            [
                "hit 0   POST http://127.0.0.1:1/users/7?key=***&n=0   Ada ***",
                "hit 1   POST http://127.0.0.1:1/users/8?key=***&n=1   Grace ***",
                "hit 2   POST http://127.0.0.1:1/users/9?key=***&n=2   Edsger ***",
            ],
        ),
        (
            &["--targets", "targets.txt"],
            [
                "hit 0   GET http://127.0.0.1:1/a/7",
                "hit 1   POST http://127.0.0.1:1/b",
                "hit 2   GET http://127.0.0.1:1/a/",
            ],
        ),
        // A captured value is known only in a run. The query is encoded as in a run.
        (
            &[
                "http://127.0.0.1:1/{{sid}}?s={{sid}}&u={{u.id}}",
                "-d",
                "{{sid}} {{u.name}}",
                "--capture",
                "sid=json:/id",
            ],
            [
                "hit 0   POST http://127.0.0.1:1/{{sid}}?s={{sid}}&u=7   {{sid}} Ada",
                "hit 1   POST http://127.0.0.1:1/{{sid}}?s={{sid}}&u=8   {{sid}} Grace",
                "hit 2   POST http://127.0.0.1:1/{{sid}}?s={{sid}}&u=9   {{sid}} Edsger",
            ],
        ),
        (
            &["--targets", "session.txt", "--capture", "sid=json:/id"],
            [
                "hit 0   POST http://127.0.0.1:1/login",
                "hit 1   GET http://127.0.0.1:1/items/{{sid}}",
                "hit 2   GET http://127.0.0.1:1/items/{{sid}}",
            ],
        ),
        // A token is known only in a run.
        (
            &["http://127.0.0.1:1/{{token}}", "--token-cmd", "false"],
            [
                "hit 0   GET http://127.0.0.1:1/{{token}}",
                "hit 1   GET",
                "hit 2   GET",
            ],
        ),
    ] {
        let output = hammer(&["http", "--feed", "u=users.csv", "--dry-run"])
            .args(flags)
            .current_dir(folder.path())
            .env("DRY_RUN_KEY", "k3y")
            .output()
            .unwrap();
        let text = stdout(&output);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{flags:?}: {}",
            stderr(&output)
        );
        for line in expected {
            assert!(text.contains(line), "{flags:?} has {line}: {text}");
        }
        assert!(!text.contains("s3cret") && !text.contains("k3y"), "{text}");
    }
}
