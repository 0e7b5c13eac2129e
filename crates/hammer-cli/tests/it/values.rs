//! Tests of `--feed`, which reads values from the rows of files.

use std::fs;

use tempfile::TempDir;

use crate::command::{json, output, report, stderr, stdout};
use crate::http::{RecordingServer, answer, ok};

/// A temporary folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// The value of `--feed` for one of the files.
fn feed(folder: &TempDir, name: &str, file: &str) -> String {
    format!("{name}={}/{file}", folder.path().display())
}

const USERS: (&str, &str) = (
    "users.csv",
    "name,password\nada,one\ngrace,two\nedsger,a:b\n",
);

/// The paths of all requests, without the leading slash.
pub(crate) fn paths(server: &RecordingServer) -> Vec<String> {
    let path = |request: String| request.split(' ').nth(1).unwrap()[1..].to_owned();
    server.requests().into_iter().map(path).collect()
}

#[test]
fn each_row_reaches_the_target_once() {
    let rows: String = (0..20_000).map(|row| format!("{row}\n")).collect();
    let folder = folder(&[("ids.txt", &rows)]);
    let server = RecordingServer::replying(|_| answer("200 OK", "", ""));
    for shard in ["1/2", "2/2"] {
        let feed = feed(&folder, "ids", "ids.txt,order=shuffled,once=end");
        let report = report(&[
            "http",
            &format!("{}{{{{ids}}}}", server.url),
            "--feed",
            &format!("{feed},shard={shard}"),
            "-r",
            "max",
            "-c",
            "16",
            "--threads",
            "4",
        ]);
        assert_eq!(report["hits"]["ok"], 10_000, "{}", report["failures"]);
        assert_eq!(report["hits"]["scheduled"], 10_000);
        assert_eq!(report["exhausted"], true);
        assert_eq!(report["generator"]["threads"], 4);
    }
    let mut seen: Vec<u32> = paths(&server)
        .iter()
        .map(|path| path.parse().unwrap())
        .collect();
    assert!(!seen.is_sorted());
    seen.sort_unstable();
    assert_eq!(seen, (0..20_000).collect::<Vec<_>>());
}

/// The order depends on the seed and the name of the feeder only.
#[test]
fn the_order_depends_on_seed_and_name_only() {
    let rows: String = (0..50).map(|row| format!("{row}\n")).collect();
    let folder = folder(&[("ids.txt", &rows)]);
    let order = |name: &str, seed: &str, threads: &str| {
        let server = ok();
        report(&[
            "http",
            &format!("{}{{{{hit}}}}-{{{{{name}}}}}", server.url),
            "--feed",
            &feed(&folder, name, "ids.txt,order=shuffled"),
            "-r",
            "max",
            "-n",
            "50",
            "--seed",
            seed,
            "--threads",
            threads,
        ]);
        let mut paths = paths(&server);
        paths.sort_unstable();
        paths
    };
    let first = order("a", "1", "1");
    assert_eq!(order("a", "1", "3"), first);
    assert_ne!(order("a", "2", "1"), first);
    assert_ne!(order("b", "1", "1"), first);
}

#[test]
fn a_slot_keeps_its_row() {
    let folder = folder(&[USERS]);
    let server = ok();
    let feed = feed(&folder, "users", "users.csv,per=slot");
    let user = "{{users.name}}:{{users.password}}";
    let args = ["http", &format!("{}{{{{slot}}}}", server.url)];
    let more = [
        "--feed", &feed, "-u", user, "-r", "max", "-n", "60", "-c", "3",
    ];
    report(&[&args[..], &more, &["--threads", "1"]].concat());
    let requests = server.requests();
    // Base64 of ada:one, grace:two and edsger:a:b.
    let users = ["YWRhOm9uZQ==", "Z3JhY2U6dHdv", "ZWRzZ2VyOmE6Yg=="];
    for request in &requests {
        let slot: usize = request[5..6].parse().unwrap();
        let header = format!("authorization: Basic {}\r\n", users[slot]);
        assert!(
            request.to_lowercase().contains(&header.to_lowercase()),
            "{request}"
        );
        assert!(request.contains(users[slot]), "{request}");
    }
    assert_eq!(requests.len(), 60);
}

#[test]
fn a_dry_run_shows_how_long_the_rows_last() {
    let folder = folder(&[USERS]);
    let feed = feed(&folder, "users", "users.csv,once=end");
    let url = "http://127.0.0.1:9/{{users.name}}";
    let run =
        |more: &[&str]| output(&[&["http", url, "--feed", &feed, "--dry-run"], more].concat());
    let text = stdout(&run(&[]));
    assert!(text.contains("3 hits in 3 s"), "{text}");
    assert!(text.contains("at most 3 hits"), "{text}");
    let text = stdout(&run(&["-n", "2"]));
    assert!(text.contains("2 hits in 2 s"), "{text}");
    let text = stdout(&run(&["-z", "2", "-r", "1"]));
    assert!(text.contains("2 hits in 2 s"), "{text}");
    let refused = run(&["--warmup", "1s"]);
    assert_eq!(refused.status.code(), Some(2));
    let message = stderr(&refused);
    assert!(
        message.contains("'--warmup <TIME>': warm-up hits would consume"),
        "{message}"
    );
}

#[test]
fn values_are_empty_after_the_last_row_with_once_stop() {
    let folder = folder(&[USERS]);
    let server = ok();
    let feed = feed(&folder, "users", "users.csv,once=stop");
    let url = format!("{}x{{{{users.name}}}}", server.url);
    report(&[
        "http", &url, "--feed", &feed, "-r", "max", "-n", "5", "-c", "1",
    ]);
    assert_eq!(paths(&server), ["xada", "xgrace", "xedsger", "x", "x"]);
}

#[test]
fn feeder_paths_are_relative_to_the_plan() {
    let server = ok();
    let plan = format!(
        "[[load]]\ntarget = '{}{{{{users.name}}}}'\nrate = 'max'\nthreads = 1\nmax_in_flight = 1\n\
         feed = ['users=users.csv,once=end']\n",
        server.url
    );
    let folder = folder(&[USERS, ("plan.toml", &plan)]);
    let path = folder.path().join("plan.toml");
    let path = path.to_str().unwrap();
    let run = output(&["run", path, "-q", "-o", "json"]);
    assert_eq!(json(&run)["hits"]["ok"], 3, "{}", stderr(&run));
    assert_eq!(paths(&server), ["ada", "grace", "edsger"]);

    fs::write(path, plan.replace("users.csv", "nobody.csv")).unwrap();
    let run = output(&["run", path]);
    assert_eq!(run.status.code(), Some(2));
    let message = stderr(&run);
    assert!(message.contains("plan.toml:6:8:"), "{message}");
    let expected = "nobody.csv: cannot read the file";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn feeder_errors_are_reported_before_the_first_hit() {
    let ragged = ("ragged.csv", "a,b\n1,2\n3\n");
    let twice = ("twice.csv", "a,a\n1,2\n");
    let json = ("rows.jsonl", "{\"a\": 1}\n{\"b\": 1}\n");
    let folder = folder(&[USERS, ragged, twice, json, ("empty.csv", "a,b\n")]);
    let server = ok();
    let url = format!("{}{{{{users.nmae}}}}", server.url);
    for (feeders, expected) in [
        (
            &["users"][..],
            "expected NAME=FILE, such as users=users.csv",
        ),
        (&["users="], "expected NAME=FILE"),
        (&["=users.csv"], "expected NAME=FILE"),
        (
            &["users=nobody.csv"],
            "nobody.csv: cannot read the file: No such file",
        ),
        (
            &["users=ragged.csv"],
            "ragged.csv: line 3: expected 2 fields as in the first row, found 1",
        ),
        (&["users=twice.csv"], "line 1: duplicate column 'a'"),
        (
            &["users=rows.jsonl"],
            "rows.jsonl: line 2: missing key 'a', which the first row has",
        ),
        (
            &["users=empty.csv"],
            "empty.csv: expected at least one row, found none",
        ),
        (
            &["users=users.csv,ordr=turn"],
            "unknown option 'ordr', did you mean 'order'?",
        ),
        (
            &["users=users.csv,x"],
            "expected one of format=, order=, once=, per=, shard=",
        ),
        (
            &["users=users.csv,order=any"],
            "unknown value 'any' for order=; expected one of turn, random",
        ),
        (
            &["users=users.csv,once="],
            "unknown value '' for once=; expected one of end, stop",
        ),
        (
            &["users=users.csv,per=user"],
            "expected one of hit, slot, client",
        ),
        (
            &["users=users.csv,format=tsv"],
            "expected one of csv, jsonl, lines",
        ),
        (
            &["users=users.csv,shard=0/3"],
            "invalid shard '0/3'; expected K/N, such as 1/4",
        ),
        (
            &["users=users.csv,shard=1/4"],
            "users.csv: expected at least 4 rows for 4 shards, found 3",
        ),
        (&["users=users.csv,per=hit,per=hit"], "per= is given twice"),
        (
            &["users=users.csv,per=slot,once=end"],
            "once= cannot be combined with per=slot",
        ),
        (
            &["uuid=users.csv"],
            "the name 'uuid' is reserved in templates",
        ),
        (&["my users=users.csv"], "expected letters, digits"),
        (
            &["users=users.csv", "users=users.csv"],
            "is given twice for 'users'",
        ),
        (&["users=users.csv"], "expected 'users.name'"),
        (&["user=users.csv"], "unknown name"),
    ] {
        let mut args = vec!["http".to_owned(), url.clone(), "-n".into(), "1".into()];
        for feeder in feeders {
            let folder = format!("={}/", folder.path().display());
            let feeder = match feeder.split_once('=') {
                Some((name, file)) if !file.is_empty() => format!("{name}{folder}{file}"),
                _ => (*feeder).to_owned(),
            };
            args.extend(["--feed".into(), feeder]);
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = output(&args);
        assert_eq!(output.status.code(), Some(2), "{feeders:?}");
        let message = stderr(&output);
        assert!(message.contains(expected), "{feeders:?}: {message}");
        assert!(
            message.contains("--feed") || message.contains("{{user"),
            "{message}"
        );
    }
    assert!(server.requests().is_empty());
}

#[test]
fn no_templates_sends_braces_as_they_are() {
    let server = ok();
    report(&[
        "http",
        &server.url,
        "-d",
        "{{uuid}}",
        "--no-templates",
        "-n",
        "1",
        "-r",
        "max",
    ]);
    assert!(server.requests()[0].ends_with("\r\n\r\n{{uuid}}"));
}

/// Regression: the number of slots followed the latency of the target, so that two of fifty users
/// logged in at 20 hits per second, and eight at 100.
#[test]
fn all_users_have_a_session_whatever_the_latency() {
    let rows: String = (0..6).map(|row| format!("user-{row}\n")).collect();
    let folder = folder(&[("users.txt", &rows)]);
    let server = RecordingServer::replying(|_| answer("200 OK", "", ""));
    for threads in ["1", "4"] {
        let report = report(&[
            "http",
            &format!("{}{{{{users}}}}", server.url),
            "--feed",
            &(feed(&folder, "users", "users.txt") + ",per=slot"),
            "--users",
            "6",
            "-r",
            "300",
            "-n",
            "60",
            "--threads",
            threads,
        ]);
        assert_eq!(report["hits"]["ok"], 60, "{}", report["failures"]);
        assert_eq!(report["generator"]["slots_opened"], 6);
        assert_eq!(report["counts"]["connections_opened"], 6);
    }
    let paths = paths(&server);
    for user in 0..6 {
        let own = paths.iter().filter(|path| **path == format!("user-{user}"));
        // With one thread, each user has 10 of the 60 hits; a thread of one user has 15.
        let hits = own.count();
        assert!((17..=25).contains(&hits), "user {user} has {hits} hits");
    }
}
