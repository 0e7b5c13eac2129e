//! Tests of plans and dry runs.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};
use serde_json::{Value, json};

use crate::command::{examples, hammer, json as parsed, output, repository, stderr, stdout};

/// Runs a plan from a file of this name in a temporary folder.
pub(crate) fn run(name: &str, plan: &str, flags: &[&str], env: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, plan).unwrap();
    fs::write(folder.path().join("body.txt"), "12345").unwrap();
    run_file(&path, flags, env)
}

fn run_file(path: &Path, flags: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = hammer(&["run", path.to_str().unwrap()]);
    command.args(flags).envs(env.iter().copied());
    command.output().unwrap()
}

fn report(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    parsed(output)
}

const JSON: &[&str] = &["-q", "-o", "json"];

#[test]
fn a_scenario_in_the_legacy_format_runs() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let scenario = json!({"duration": 1, "tps": 20, "hammer": "http", "hammerConfig": {
        "endpoint": target.url(), "method": "PUT", "payload": "@${X}",
        "headers": {"content-type": "application/json"}}});
    let report = report(&run("scenario.json", &scenario.to_string(), JSON, &[]));
    assert_eq!(report["schema"], "hammer.report/1");
    assert_eq!(report["hits"]["ok"], 20);
    assert_eq!(report["rate"]["requested"], 20.0);
    let counts = target.shutdown().counts;
    assert_eq!((counts.requests, counts.body_bytes), (20, 20 * 5));
}

#[test]
fn three_loads_run_in_parallel_and_match_the_counts_of_their_targets() {
    let targets = [(); 3].map(|()| TargetServer::spawn(TargetBehavior::default()).unwrap());
    let urls = targets.each_ref().map(TargetServer::url);
    let [a, b, c] = &urls;
    let plan = format!(
        "[[load]]\nname = 'steady'\ntarget = '{a}'\nrate = 100\nduration = 1\n\
         [[load]]\nname = 'posts'\ntarget = '{b}'\nrate = '50..150/1s'\ndata = '@body.txt'\n\
         [[load]]\ntarget = '{c}'\nrate = 100\nhits = 30\noffset = '500ms'\nthreads = 2\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("hits.csv");
    let hits = format!("hits={}", csv.display());
    let flags = [JSON, &["-o", &hits]].concat();
    let report = report(&run("plan.toml", &plan, &flags, &[]));
    let counts = targets.map(|target| target.shutdown().counts);
    let requests = counts.each_ref().map(|counts| counts.requests);
    assert_eq!(requests, [100, 100, 30]);
    assert_eq!(counts[1].body_bytes, 500);
    assert_eq!(report["schema"], "hammer.plan-report/1");
    assert_eq!(report["hits"]["ok"], 230);
    assert_eq!(report["generator"]["threads"].as_u64(), threads(&report));
    let loads = report["loads"].as_array().unwrap();
    for ((load, name), (url, count)) in loads
        .iter()
        .zip(["steady", "posts", "load-3"])
        .zip(urls.iter().zip(requests))
    {
        assert_eq!(load["name"], name);
        assert_eq!(load["target"], **url);
        assert_eq!(load["hits"]["ok"], count, "{name}");
        assert_eq!(load["response_us"]["count"], count, "{name}");
    }
    assert_eq!(loads[2]["offset_s"], 0.5);
    assert_eq!(loads[2]["generator"]["threads"], 2);
    assert_eq!(report["duration_s"], 1.0);
    let csv = fs::read_to_string(csv).unwrap();
    assert!(csv.starts_with("number,due_s,result,label,response_us,service_us,group,load\n"));
    for (load, count) in [("steady", 100), ("posts", 100), ("load-3", 30)] {
        let lines = csv
            .lines()
            .filter(|line| line.ends_with(&format!(",{load}")));
        assert_eq!(lines.count(), count, "{load}");
    }
    assert_matches_schema(&report);
}

/// Loads without `threads` share the cores.
#[test]
fn loads_share_the_cores() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = format!("[[load]]\ntarget = '{}'\nhits = 1\n", target.url());
    for loads in 1..=4 {
        // The offset gives the report of a plan even for one load.
        let plan = load.repeat(loads) + "offset = '1ms'\n";
        let found = report(&run("plan.toml", &plan, JSON, &[]));
        for load in found["loads"].as_array().unwrap() {
            let share = (cores / loads).max(1);
            assert_eq!(load["generator"]["threads"], share, "{loads} loads");
        }
        assert_eq!(found["generator"]["threads"].as_u64(), threads(&found));
    }
    let plan = load.clone() + "threads = 3\n" + &load;
    let found = report(&run("plan.toml", &plan, JSON, &[]));
    let [explicit, other] = [0, 1].map(|load| &found["loads"][load]["generator"]["threads"]);
    assert_eq!((explicit, other), (&json!(3), &json!((cores / 2).max(1))));
}

fn threads(report: &Value) -> Option<u64> {
    let loads = report["loads"].as_array()?;
    loads
        .iter()
        .map(|load| load["generator"]["threads"].as_u64())
        .sum()
}

/// Checks that the loads match the schema of a report, and that REPORT.md has all other keys.
fn assert_matches_schema(report: &Value) {
    let schema = fs::read(repository("docs/schemas/report.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_slice(&schema).unwrap()).unwrap();
    let plans = fs::read(repository("docs/schemas/plan-report.schema.json")).unwrap();
    let plans = jsonschema::validator_for(&serde_json::from_slice(&plans).unwrap()).unwrap();
    let errors: Vec<_> = plans.iter_errors(report).map(|e| e.to_string()).collect();
    assert_eq!(errors, [""; 0], "{report}");
    let reference = fs::read_to_string(repository("docs/REPORT.md")).unwrap();
    let (_, section) = reference.split_once("## The report of a plan").unwrap();
    for key in report.as_object().unwrap().keys() {
        assert!(
            section.contains(&format!("`{key}")),
            "docs/REPORT.md lacks {key}"
        );
    }
    for load in report["loads"].as_array().unwrap() {
        let errors: Vec<_> = schema.iter_errors(load).map(|e| e.to_string()).collect();
        assert_eq!(errors, [""; 0], "{load}");
    }
}

/// A second load in a plan took the phases, groups and connections out of the report.
#[test]
fn each_load_of_a_plan_has_the_report_of_a_single_load() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let load = format!("[[load]]\ntarget = '{url}'\nrate = 20\nhits = 4\n");
    let names = |text: &str| -> Vec<String> {
        let names = text.lines().map(|line| line.split_whitespace().next());
        names
            .map(|name| name.unwrap_or_default().to_owned())
            .collect()
    };
    let single = stdout(&output(&["http", &url, "-r", "20", "-n", "4", "-q"]));
    let expected = names(single.split("\n\n").nth(2).unwrap());
    assert!(expected.contains(&"phases,".to_owned()), "{single}");
    let output = run("plan.toml", &load.repeat(3), &["-q"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.starts_with("plan "), "{text}");
    assert!(text.contains("12 scheduled   12 ok"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    let blocks: Vec<_> = text.split("\n\n").skip(3).collect();
    assert_eq!(blocks.len(), 3, "{text}");
    for (block, name) in blocks.iter().zip(["load-1", "load-2", "load-3"]) {
        assert!(
            block.starts_with(name) && block.lines().count() <= 30,
            "{block}"
        );
        assert_eq!(names(block)[1..], expected, "{block}\n{single}");
    }
}

/// The JSON of a second load had another schema.
#[test]
fn each_load_of_a_plan_has_the_keys_of_a_single_report() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let load = format!("[[load]]\ntarget = '{url}'\nrate = 20\nhits = 4\n");
    let plan = report(&run("plan.toml", &load.repeat(2), JSON, &[]));
    let single = report(&output(&[
        "http", &url, "-r", "20", "-n", "4", "-q", "-o", "json",
    ]));
    let keys = |report: &Value| -> Vec<String> {
        let keys = report.as_object().unwrap().keys();
        keys.filter(|key| !["name", "offset_s"].contains(&key.as_str()))
            .cloned()
            .collect()
    };
    for load in plan["loads"].as_array().unwrap() {
        assert_eq!(keys(load), keys(&single));
        assert_eq!(load["schema"], single["schema"]);
        assert!(load["phases_us"]["first_byte"]["count"] == 4, "{load}");
    }
    assert_matches_schema(&plan);
}

#[test]
fn a_plan_with_one_load_has_the_report_of_the_command_line() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let plan = format!("output = 'text'\n[[load]]\ntarget = '{url}'\nrate = 100\nhits = 5\n");
    let by_plan = run("plan.toml", &plan, &["-q"], &[]);
    let by_flags = output(&["http", &url, "-r", "100", "-n", "5", "-q"]);
    let shape = |output: &Output| -> Vec<String> {
        let text = stdout(output);
        // After the verdict, which may have reasons on a noisy machine.
        let rest = text.split("\n\n").nth(2).unwrap();
        let words = rest.lines().map(|line| line.split_whitespace().next());
        words
            .map(|word| word.unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(shape(&by_plan), shape(&by_flags), "{}", stdout(&by_plan));
    assert!(stdout(&by_plan).contains("5 scheduled   5 ok"));
}

#[test]
fn a_plan_is_read_from_stdin() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let plan = json!({"load": [{"target": target.url(), "rate": 100, "hits": 7}]});
    let mut child = hammer(&["run", "-", "-q", "-o", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    write!(stdin, "{plan}").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(report(&output)["hits"]["ok"], 7);
    assert_eq!(target.shutdown().counts.requests, 7);
}

#[test]
fn an_invalid_load_makes_the_plan_invalid() {
    let slow =
        TargetServer::spawn(TargetBehavior::default().delay(Duration::from_millis(100))).unwrap();
    let fast = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let plan = format!(
        "require_valid = true\noutput = 'json'\n\
         [[load]]\nname = 'fast'\ntarget = '{}'\nrate = 10\nduration = 1\n\
         [[load]]\nname = 'slow'\ntarget = '{}'\nrate = 100\nduration = 1\n\
         max_in_flight = 1\ndrain = '10ms'\n",
        fast.url(),
        slow.url()
    );
    let output = run("plan.toml", &plan, &["-q"], &[]);
    assert_eq!(output.status.code(), Some(98), "{}", stderr(&output));
    let report = parsed(&output);
    assert_eq!(report["verdict"]["status"], "invalid");
    let reasons = report["verdict"]["reasons"].to_string();
    assert!(reasons.contains("slow: "), "{reasons}");
    let codes = report["verdict"]["codes"].as_array().unwrap();
    let reasons = report["verdict"]["reasons"].as_array().unwrap();
    assert_eq!(codes.len(), reasons.len());
}

#[test]
fn the_example_plan_runs_against_the_target_in_its_variable() {
    let example = output(&["plan", "--example"]);
    assert_eq!(example.status.code(), Some(0));
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let env = [("TARGET", url.trim_end_matches('/'))];
    let example = stdout(&example);
    let ran = run("plan.toml", &example, &["-q"], &env);
    assert_eq!(ran.status.code(), Some(0), "{}", stderr(&ran));
    assert_eq!(target.counts().requests, 64);
    let dry = run("plan.toml", &example, &["--dry-run"], &env);
    assert!(stdout(&dry).contains("64 hits in 3 s"), "{}", stdout(&dry));
    assert_eq!(
        target.shutdown().counts.requests,
        64,
        "a dry run sends nothing"
    );
    let without = run("plan.toml", &example, &[], &[]);
    assert_eq!(without.status.code(), Some(2));
    assert!(
        stderr(&without).contains("environment variable 'TARGET' is not set"),
        "{}",
        stderr(&without)
    );
}

#[test]
fn a_dry_run_shows_arrivals_warm_up_and_limits() {
    let dry = |flags: &str| {
        let flags = flags.split_whitespace();
        let command = ["http", "http://127.0.0.1:1/", "--dry-run"];
        stdout(&output(
            &command.into_iter().chain(flags).collect::<Vec<_>>(),
        ))
    };
    for (flags, parts) in [
        (
            "-r 100 -z 10 --arrivals poisson --warmup 5s --skip-late 50ms --spin",
            &[
                "about 1,000 hits in 10 s   100/s on average",
                "poisson arrivals",
                "5 s of warm-up at 100/s, not reported",
                "unsent if more than 50 ms",
                "threads poll instead of sleeping",
            ][..],
        ),
        ("-r 100..1000/10s -z 5", &["   550/s at the peak"]),
        (
            "-r max -z 1 --warmup 1s",
            &[
                "as many hits as the target allows in 1 s",
                "at max, not reported",
            ],
        ),
        ("-r 10 -n 5", &["5 hits in 0.5 s   10/s on average"]),
        // The average once was that of the first hit, above the peak.
        (
            "-r 7/h -z 1s",
            &["1 hit in 1 s   7/h on average   7/h at the peak"],
        ),
    ] {
        let text = dry(flags);
        for part in parts {
            assert!(text.contains(part), "{flags}: {part} in {text}");
        }
        assert_eq!(text.contains("settings"), parts.len() > 1, "{text}");
    }
}

#[test]
fn a_dry_run_finds_a_narrow_peak() {
    let load = "[[load]]\ntarget = 'http://127.0.0.1:1/'\nrate = 'spike(10, 5000, 1ms)/1h'\n";
    let dry = run("plan.toml", &format!("{load}{load}"), &["--dry-run"], &[]);
    let text = stdout(&dry);
    assert!(text.contains("3,600 s   10,000/s at the peak"), "{text}");
}

#[test]
fn a_dry_run_shows_the_load_and_sends_nothing() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.json");
    let json = format!("json={}", path.display());
    let flags = ["-r", "100..1000/10s", "-d", "x", "-o", &json, "--dry-run"];
    for command in [&["http", url.as_str()][..], &["run", "--endpoint", &url]] {
        let output = output(&[command, &flags[..]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let text = stdout(&output);
        for part in [
            "5,500 hits in 10 s",
            "1,000/s at the peak",
            "█",
            "hit 0",
            " files and ",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
    }
    assert!(!path.exists(), "a dry run writes nothing");
    let counts = target.shutdown().counts;
    assert_eq!((counts.requests, counts.connections), (0, 0));
}

/// Runs the corpus of the fuzzer, which ignores flags, through the command, which checks them.
#[test]
fn the_command_accepts_or_refuses_every_plan_of_the_corpus() {
    let corpus = fs::read_dir(repository("crates/hammer-plan/tests/fuzz/plans")).unwrap();
    let env = ["TARGET", "HOST", "TOKEN", "LONG"].map(|name| (name, "http://127.0.0.1:1/"));
    let mut codes = [0; 2];
    for file in corpus {
        let path = file.unwrap().path();
        let output = run_file(&path, &["--dry-run"], &env);
        let message = stderr(&output);
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 2)), "{}: {message}", path.display());
        assert_eq!(code == Some(0), message.is_empty(), "{}", path.display());
        codes[usize::from(code == Some(0))] += 1;
    }
    assert!(codes.iter().all(|count| *count > 2), "{codes:?}");
}

#[test]
fn the_plan_schema_has_the_flags_of_the_command_line() {
    let schema: Value = serde_json::from_str(&stdout(&output(&["plan", "--schema"]))).unwrap();
    let help = stdout(&output(&["http", "--help"]));
    for (group, properties) in [
        ("Load:", &schema["$defs"]["Load"]["properties"]),
        ("Output:", &schema["properties"]),
        ("Thresholds:", &schema["properties"]),
    ] {
        let lines = help.lines().skip_while(|line| *line != group).skip(1);
        let lines = lines.take_while(|line| line.is_empty() || line.starts_with(' '));
        let lines = lines.filter(|line| {
            let flag = line.trim_start();
            flag.starts_with('-') && line.len() - flag.len() <= 6
        });
        let flags = lines.filter_map(|line| line.split("--").nth(1));
        for flag in flags.filter_map(|flag| flag.split([' ', ',']).next()) {
            if !["dry-run", "help", "live"].contains(&flag) {
                let key = flag.replace('-', "_");
                assert!(properties.get(&key).is_some(), "the schema lacks {key}");
            }
        }
    }
}

#[test]
fn a_custom_hammer_supports_plans() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || std::io::copy(&mut &stream, &mut &stream));
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.toml");
    let load = format!("[[load]]\nhammer = 'echo'\ntarget = '{addr}'\nrate = 100\nhits = 5\n");
    fs::write(&path, load.repeat(2)).unwrap();
    let output = std::process::Command::new(examples().join("hammer-echo"))
        .args(["run", path.to_str().unwrap(), "-q", "-o", "json"])
        .output()
        .unwrap();
    let report = report(&output);
    assert_eq!(report["loads"][1]["labels"]["echo"], 5, "{report}");
}
