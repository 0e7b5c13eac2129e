//! Tests of run files, and of `hammer report`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use hammer_target::{TargetBehavior, TargetServer};
use serde_json::Value;
use tempfile::TempDir;

use crate::broker;
use crate::command::{hammer, output, repository, stderr, stdout};
use crate::outputs::close;
use crate::replay::{TimelineFixture, row};

/// The kinds that a run and `hammer report` write alike.
const KINDS: [&str; 7] = ["text", "json", "junit", "md", "html", "hlog", "hgrm"];

/// The options that write all kinds into `folder`.
fn all_outputs(folder: &Path) -> Vec<String> {
    let option = |kind| [String::from("-o"), format!("{kind}={}", path(folder, kind))];
    KINDS.into_iter().flat_map(option).collect()
}

/// The path of the output of this kind.
fn path(folder: &Path, kind: &str) -> String {
    folder.join(kind).display().to_string()
}

/// Runs a load with all outputs and a run file, and compares them with those of `hammer report`.
///
/// The verdict is of no interest here, so a busy machine may make the run invalid.
fn compare_outputs(args: &[&str]) {
    let [first, again] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let outputs = all_outputs(first.path());
    let run = path(first.path(), "run.json.zst");
    let made = hammer(args)
        .args(&outputs)
        .args(["-q", "-o", &format!("run={run}")])
        .output()
        .unwrap();
    let code = made.status.code();
    assert!(
        matches!(code, Some(0 | 98 | 99)),
        "{args:?}: {}",
        stderr(&made)
    );
    // A page has the run inside, so that it is a run file, too.
    for run in [run, path(first.path(), "html")] {
        let confidence = args.iter().filter(|arg| **arg == "--confidence");
        let reported = hammer(&["report", &run])
            .args(all_outputs(again.path()))
            .args(confidence)
            .output()
            .unwrap();
        assert_eq!(reported.status.code(), Some(0), "{}", stderr(&reported));
        assert_eq!(stdout(&reported), "", "{args:?}");
        for kind in KINDS {
            let [old, new] = [&first, &again].map(|folder| fs::read(path(folder.path(), kind)));
            let (old, new) = (old.unwrap(), new.unwrap());
            assert!(!old.is_empty(), "{kind} of {args:?}");
            assert!(
                old == new,
                "{kind} of {args:?} differs after {run} was read"
            );
        }
    }
}

#[test]
fn outputs_of_loads_are_the_same_after_reading() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    for flags in [
        "-r 200 -z 1100ms --confidence",
        "-r max -n 300 -c 8",
        "-r 100..200/500ms,0/100ms,300/500ms --warmup 100ms",
        "-r 200 -z 1s --assert p50<1ns --assert p99<1h",
        "-r 200 -z 1h --abort-on hits>20 --arrivals poisson",
        "-r 100 -n 50 --users 5 --skip-late 1s --drain 1s --require-valid",
    ] {
        let flags: Vec<_> = flags.split(' ').collect();
        compare_outputs(&[&["http", &url], &flags[..]].concat());
    }
}

#[test]
fn outputs_of_runs_with_failures_are_the_same_after_reading() {
    let failing = TargetBehavior::default().fail_share(0.2).unwrap();
    let target = TargetServer::spawn(failing).unwrap();
    let args = ["http", &target.url(), "-r", "200", "-n", "100"];
    compare_outputs(&args);
    compare_outputs(&["http", "http://127.0.0.1:1/", "-r", "50", "-n", "20"]);
}

#[test]
fn outputs_of_other_runs_are_the_same_after_reading() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let rows: Vec<_> = (0..200_u64)
        .map(|n| {
            row(
                n * 5_000,
                &format!(r#""m":"GET","u":"/{}","s":200,"d":4000"#, n % 3),
            )
        })
        .collect();
    let timeline = TimelineFixture::from_rows(&rows);
    compare_outputs(&["replay", timeline.path(), "--endpoint", &url]);
    compare_outputs(&[
        "mqtt",
        &broker::serve(),
        "-r",
        "200",
        "-n",
        "100",
        "--qos",
        "1",
    ]);
    let plan = timeline.folder.path().join("plan.toml");
    let text = format!(
        "assert = ['[order] p99 < 1ns', 'errors < 1%']\n\
         [[load]]\nname = 'browse'\ntarget = '{url}'\nrate = 100\nduration = 1\n\
         [[load]]\nname = 'order'\ntarget = '{url}'\nrate = '50..150/1s'\noffset = '200ms'\n"
    );
    fs::write(&plan, text).unwrap();
    compare_outputs(&["run", plan.to_str().unwrap()]);
}

/// A run with a run file in a folder of its own.
struct RunFixture {
    folder: TempDir,
    run: PathBuf,
}

impl RunFixture {
    fn new(flags: &[&str]) -> Self {
        let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run.json");
        let option = format!("run={}", run.display());
        let args = [
            "http",
            &target.url(),
            "-r",
            "100",
            "-n",
            "50",
            "-q",
            "-o",
            &option,
        ];
        let output = output(&[&args[..], flags].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        Self { folder, run }
    }

    fn path(&self) -> &str {
        self.run.to_str().unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&fs::read(&self.run).unwrap()).unwrap()
    }
}

#[test]
fn a_run_file_matches_its_schema_exactly() {
    let schema = |name| -> Value {
        let text = fs::read(repository(&format!("docs/schemas/{name}.schema.json"))).unwrap();
        serde_json::from_slice(&text).unwrap()
    };
    let mut run_schema = schema("run");
    close(&mut run_schema);
    let validator = jsonschema::validator_for(&run_schema).unwrap();
    let run = RunFixture::new(&["-H", "Authorization: Bearer s3cret"]).json();
    let errors: Vec<_> = validator.iter_errors(&run).map(|e| e.to_string()).collect();
    assert_eq!(errors, [""; 0], "{run}");
    let report = jsonschema::validator_for(&schema("report")).unwrap();
    assert!(report.is_valid(&run["report"]), "{run}");
    let command: Vec<_> = run["command"].as_array().unwrap().iter().collect();
    assert_eq!(command[..2], ["hammer", "http"]);
    assert!(
        command
            .iter()
            .any(|word| **word == "Authorization: Bearer ***"),
        "{command:?}"
    );
    let reference = fs::read_to_string(repository("docs/RUN-FILES.md")).unwrap();
    for key in run.as_object().unwrap().keys() {
        assert!(
            reference.contains(&format!("`{key}")),
            "docs/RUN-FILES.md lacks {key}"
        );
    }
}

/// The secrets of a plan come from the environment, and can be anywhere in it. What was hit is shown: a
/// comparison did not see a change of the target.
#[test]
fn outputs_of_a_plan_have_values_of_the_environment_in_targets_only() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let [plan, targets] = ["plan.toml", "targets.txt"].map(|name| folder.path().join(name));
    let host = target.url().replace("http://127.0.0.1", "localhost");
    let host = host.trim_end_matches('/');
    let text = "\
[[load]]
target = 'http://${HOST}/${SECRET_PATH}/?q=${SEARCH}&token=${TOKEN}'
rate = 100
hits = 5
user = 'ann:${TOKEN}'
header = 'X-A: ${HEADER}'

[[load]]
target = 'http://${HOST}'
targets = 'targets.txt'
rate = 100
hits = 5
header = 'X-A: ${GROUP}'
";
    fs::write(&plan, text).unwrap();
    let entries = format!(
        "# name: s3cret-group\nGET /a\n\nGET {}\n\nGET /b\n",
        target.url()
    );
    fs::write(&targets, entries).unwrap();
    let run = |flags: &[&str]| {
        hammer(&["run", plan.to_str().unwrap(), "-q"])
            .args(flags)
            .env("HOST", host)
            .env("SECRET_PATH", "s3cret-path")
            .env("SEARCH", "s3cret-search")
            .env("TOKEN", "s3cret-of-the-plan")
            .env("HEADER", "s3cret-header")
            .env("GROUP", "s3cret-group")
            .output()
            .unwrap()
    };
    let mut flags = all_outputs(folder.path());
    for kind in ["run", "hits"] {
        flags.extend([
            "-o".to_owned(),
            format!("{kind}={}", path(folder.path(), kind)),
        ]);
    }
    let made = run(&flags.iter().map(String::as_str).collect::<Vec<_>>());
    let code = made.status.code();
    assert!(matches!(code, Some(0 | 98)), "{}", stderr(&made));
    for kind in KINDS.into_iter().chain(["run", "hits"]) {
        let text = fs::read_to_string(path(folder.path(), kind)).unwrap();
        assert!(!text.contains("s3cret"), "{kind} has a secret: {text}");
    }
    let json = fs::read_to_string(path(folder.path(), "json")).unwrap();
    for shown in [
        format!("\"target\":\"http://{host}/${{SECRET_PATH}}/?q=${{SEARCH}}&token=***\""),
        format!("targets.txt at http://{host}\""),
        "\"name\":\"${GROUP}\"".to_owned(),
        format!("\"name\":\"GET http://{host}/b\""),
    ] {
        assert!(json.contains(&shown), "{shown}: {json}");
    }
    let hits = fs::read_to_string(path(folder.path(), "hits")).unwrap();
    assert!(hits.contains(",${GROUP},"), "{hits}");
    // The names of groups are masked in the baseline. They were not in the plan that was compared with it.
    let baseline = path(folder.path(), "run");
    let compared = run(&["--dry-run", "--baseline", &baseline]);
    let message = stderr(&compared);
    assert!(!message.contains("group"), "{message}");
}

#[test]
fn only_the_owner_can_read_a_run_file() {
    use std::os::unix::fs::PermissionsExt as _;

    let run = RunFixture::new(&[]);
    let mode = fs::metadata(&run.run).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
    // The temporary file is gone.
    assert_eq!(fs::read_dir(run.folder.path()).unwrap().count(), 1);
}

/// Runs `hammer report` with a file on stdin.
fn report_of_stdin(file: &Path, flags: &[&str]) -> Output {
    let mut child = hammer(&["report", "-"])
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let bytes = fs::read(file).unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_report_is_text_by_default_and_reads_stdin() {
    let run = RunFixture::new(&[]);
    let text = output(&["report", run.path()]);
    assert_eq!(text.status.code(), Some(0), "{}", stderr(&text));
    assert!(
        stdout(&text).starts_with("hammer http   http://127.0.0.1"),
        "{}",
        stdout(&text)
    );
    let piped = report_of_stdin(&run.run, &[]);
    assert_eq!(piped.stdout, text.stdout);
    let json = report_of_stdin(&run.run, &["-o", "json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json, run.json()["report"]);
    // A file that is converted is the same run.
    let page = run.folder.path().join("page.html");
    let option = format!("html={}", page.display());
    let made = output(&["report", run.path(), "-o", &option]);
    assert_eq!(stdout(&made), "", "{}", stderr(&made));
    let back = output(&["report", page.to_str().unwrap(), "-o", "run=-"]);
    assert_eq!(back.stdout, fs::read(&run.run).unwrap());
}

#[test]
fn several_runs_follow_each_other_on_stdout() {
    let run = RunFixture::new(&[]);
    let (path, title) = (run.path(), "hammer http   http://127.0.0.1");
    let text = stdout(&output(&["report", path, path]));
    assert_eq!(text.matches(title).count(), 2, "{text}");
    assert!(
        text.starts_with(&format!("file          {path}\n")),
        "{text}"
    );
    let json = stdout(&output(&["report", path, path, "-o", "json"]));
    let lines: Vec<Value> = json
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines, [&run.json()["report"]; 2].map(Clone::clone));
}

#[test]
fn reports_that_cannot_be_made_are_refused() {
    let run = RunFixture::new(&["-o", "json"]);
    let folder = run.folder.path();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let whole = fs::read(&run.run).unwrap();
    let report = file("report.json", run.json()["report"].to_string().as_bytes());
    let cut = file("cut.json", &whole[..whole.len() / 2]);
    let plan = file("plan.toml", b"[[load]]\n");
    let missing = folder.join("none.json").display().to_string();
    let path = run.path();
    for (args, expected) in [
        (
            &[&*missing][..],
            "failed to read the run file: No such file",
        ),
        (&["/"], "found a directory"),
        (&[&*cut], "the run file ends too early"),
        (
            &[&*report],
            "which has no histograms (try '-o run=PATH' in the run",
        ),
        (
            &[&*plan],
            "expected a run file, found a plan (try a file of",
        ),
        (&["-", "-"], "stdin can be read only once"),
        (
            &[path, "-o", "hits=h.csv"],
            "a run file has no single hits (try -o hits=PATH in the run)",
        ),
        (
            &[path, "-o", "hits"],
            "a run file has no single hits (try -o hits=PATH in the run)",
        ),
        (&[path, "-o", "run"], "missing path (try run=run.json)"),
        (&[path, "-o", "html"], "missing path (try html=report.html)"),
        (
            &[path, "-o", "xml"],
            "unknown kind; expected text, json, junit, md, html",
        ),
        (
            &[path, path, "-o", "json=a.json"],
            "expected one RUN, found 2",
        ),
        (&[path, path, "-o", "junit"], "expected one RUN, found 2"),
        (
            &[path, "-o", "json", "-o", "text"],
            "another output goes to stdout, too",
        ),
        (&[path, "-o", "json=/none/a"], "failed to create the file"),
        (&[], "<RUN>..."),
    ] {
        let output = output(&[&["report"], args].concat());
        assert_eq!(
            output.status.code(),
            Some(2),
            "{args:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(expected),
            "{args:?}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output), "", "{args:?}");
    }
}
