//! Tests of `hammer compare`.

use std::fs;
use std::path::PathBuf;
use std::process::Output;
use std::slice;

use hammer_target::{TargetBehavior, TargetServer};
use serde_json::{Value, json};

use crate::command::{hammer, json as parsed, output, repository, stderr, stdout};
use crate::junit::suites;
use crate::recorded_runs::RecordedRuns;

fn compare(base: &[PathBuf], new: &[PathBuf], flags: &[&str]) -> Output {
    let text = |paths: &[PathBuf]| -> Vec<String> {
        paths
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    };
    let (base, new) = (text(base), text(new));
    let mut args = vec!["compare"];
    args.extend(base.iter().map(String::as_str));
    args.push("--with");
    args.extend(new.iter().map(String::as_str));
    output(&[&args, flags].concat())
}

#[test]
fn three_runs_of_a_slower_target_are_worse() {
    let runs = RecordedRuns::new();
    let side = |name: &str, delay_ms| {
        [1, 2, 3].map(|number| runs.record(&format!("{name}-{number}.run"), delay_ms))
    };
    let (base, new) = (side("base", 200), side("new", 1_200));

    let files =
        ["json", "md", "xml", "html", "txt"].map(|ending| runs.path(&format!("out.{ending}")));
    let flags = ["json", "md", "junit", "html", "text"].iter().zip(&files);
    let flags: Vec<String> = flags
        .map(|(kind, path)| format!("--output={kind}={}", path.display()))
        .collect();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let worse = compare(&base, &new, &flags);
    assert_eq!(worse.status.code(), Some(99), "{}", stderr(&worse));
    assert_eq!(stdout(&worse), "");

    let [json_file, markdown, junit, html, text] =
        files.map(|path| fs::read_to_string(path).unwrap());
    let comparison: Value = serde_json::from_str(&json_file).unwrap();
    let schema = fs::read(repository("docs/schemas/comparison.schema.json")).unwrap();
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = schema
        .iter_errors(&comparison)
        .map(|e| e.to_string())
        .collect();
    assert_eq!(errors, [""; 0], "{comparison}");
    assert_eq!(comparison["outcome"], "worse");
    assert_eq!(comparison["design"], "independent");
    let figures = comparison["figures"].as_array().unwrap();
    let median = figures
        .iter()
        .find(|it| it["figure"] == "response_p50")
        .unwrap();
    assert_eq!(median["outcome"], "worse", "{median}");
    let change = median["change"]["value"].as_f64().unwrap();
    assert!((2.0..6.0).contains(&change), "{median}");

    assert!(text.starts_with("worse         p50 +"), "{text}");
    assert!(text.contains("base-2.run"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    assert!(markdown.starts_with("**worse**: p50 +"), "{markdown}");
    assert!(markdown.contains("\n| p50 | "), "{markdown}");
    assert!(html.starts_with("<!DOCTYPE html>"), "{html}");
    assert!(html.contains("worse"), "{html}");
    let suites = suites(&junit);
    assert_eq!(suites.len(), 1);
    assert_eq!(suites[0].cases[..2], ["outcome", "p50"]);
    assert!(suites[0].failures[0].starts_with("worse: p50 +"), "{junit}");

    // A change for the better passes.
    let better = compare(&new, &base, &["-o", "json"]);
    assert_eq!(better.status.code(), Some(0), "{}", stderr(&better));
    assert_eq!(parsed(&better)["outcome"], "better");
}

/// Only the text had all of this.
#[test]
fn every_output_has_the_files_the_warnings_and_the_next_step() {
    let runs = RecordedRuns::new();
    let base = runs.record("old.run", 20);
    // The runs are too short for intervals.
    let new = runs.copy(&base, "fresh.run", |run| {
        run["report"]["verdict"] = json!({"status": "suspect", "reasons": ["It was a bit late."],
                                          "codes": [], "statuses": []});
    });
    let (base, new) = ([base], [new]);
    for kind in ["text", "md", "junit", "html", "json"] {
        let path = runs.path(kind);
        compare(&base, &new, &["-o", &format!("{kind}={}", path.display())]);
        let output = fs::read_to_string(&path).unwrap();
        let suspect = match kind {
            "json" => "It was a bit late.",
            _ => "new run 1 is suspect: It was a bit late.",
        };
        // Texts break lines.
        let words = output.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            "old.run",
            "fresh.run",
            suspect,
            "give three runs of each side",
        ] {
            assert!(words.contains(part), "{kind}: {part}\n{output}");
        }
    }
}

/// Runs of less than ten seconds had no interval of the share of errors, so that the outcome was "cannot
/// tell", with exit code 0.
#[test]
fn a_target_that_answers_nothing_is_worse() {
    let runs = RecordedRuns::new();
    let living = runs.record("living.run", 20);
    let dead = runs.record_refused("dead.run");
    let another = runs.copy(&dead, "another.run", |run| {
        run["report"]["target"] = "http://10.0.0.6/".into();
    });
    for (base, new, code, headline) in [
        (
            &living,
            &dead,
            99,
            "worse         no hit was answered on the new side\n",
        ),
        (
            &dead,
            &living,
            0,
            "better        no hit was answered on the base side\n",
        ),
        (
            &dead,
            &another,
            0,
            "cannot tell   no hit was answered on either side\n",
        ),
    ] {
        let [base, new] = [base, new].map(slice::from_ref);
        let compared = compare(base, new, &["-o", "text"]);
        assert_eq!(compared.status.code(), Some(code), "{}", stderr(&compared));
        let text = stdout(&compared);
        assert!(text.starts_with(headline), "{text}");
        assert!(!text.contains("perhaps by chance"), "{text}");
        let markdown = stdout(&compare(base, new, &["-o", "md"]));
        let sentence = headline.split_once("  ").unwrap().1.trim();
        assert!(
            markdown.contains(&format!("**: {sentence}\n")),
            "{markdown}"
        );
    }
    let page = runs.path("page.html");
    let html = format!("html={}", page.display());
    let flags = ["-o", "text", "-o", &html];
    let compared = compare(slice::from_ref(&dead), slice::from_ref(&another), &flags);
    let page = fs::read_to_string(page).unwrap();
    assert!(
        page.contains("No hit was answered on either side."),
        "{page}"
    );
    for text in [stdout(&compared), page] {
        let targets = "ase target: http://10.0.0.5/; new target: http://10.0.0.6/";
        assert!(text.contains(targets), "{text}");
        assert!(!text.contains("different target"), "{text}");
    }
}

#[test]
fn a_run_and_its_copy_do_not_differ() {
    let runs = RecordedRuns::new();
    let base = runs.record("base.run", 20);
    let new = runs.copy(&base, "new.run", |_| {});
    let paths = [base, new].map(|path| path.display().to_string());
    let same = output(&["compare", &paths[0], &paths[1]]);
    assert_eq!(same.status.code(), Some(0), "{}", stderr(&same));
    let text = stdout(&same);
    let outcome = text.split("  ").next().unwrap();
    assert!(["same", "cannot tell"].contains(&outcome), "{text}");
    assert!(text.contains("Give three runs of each side."), "{text}");

    // A run of 0.2 s is too short to tell.
    let strict = output(&["compare", &paths[0], &paths[1], "--fail-on", "cannot-tell"]);
    assert_eq!(strict.status.code(), Some(99), "{}", stderr(&strict));
}

/// Changes of a run that make it another experiment, with a part of the message.
const REFUSED: [(&str, &str, &str); 4] = [
    (
        "hammer",
        "\"mqtt\"",
        "different hammer: http in base run 1, mqtt in new run 1",
    ),
    (
        "shape",
        "\"100\"",
        "different rate: 200/s in base run 1, 100/s in new run 1",
    ),
    ("arrivals", "\"poisson\"", "different arrival process"),
    ("warmup_s", "5.0", "different warm-up"),
];

#[test]
fn runs_that_differ_in_what_they_send_are_refused() {
    let runs = RecordedRuns::new();
    let base = runs.record("base.run", 20);
    for (key, value, message) in REFUSED {
        let value: Value = serde_json::from_str(value).unwrap();
        let new = runs.copy(&base, &format!("{key}.run"), |run| {
            run["report"][key] = value;
        });
        let refused = compare(slice::from_ref(&base), &[new], &[]);
        assert_eq!(refused.status.code(), Some(98), "{}", stderr(&refused));
        let text = stderr(&refused);
        assert!(text.contains(message), "{text}");
        assert!(
            text.contains("new run 1: ") && text.contains(".run\n"),
            "{text}"
        );
        assert_eq!(stdout(&refused), "");
    }
}

#[test]
fn an_invalid_run_is_refused_and_outputs_say_why() {
    let runs = RecordedRuns::new();
    let base = runs.record("base.run", 20);
    let new = runs.copy(&base, "new.run", |run| {
        run["report"]["verdict"] = json!({"status": "invalid", "reasons": ["It was <late>."],
                                          "codes": ["late_p99"], "statuses": ["invalid"]});
    });
    let [junit, md, text] = ["junit=o.xml", "md=o.md", "text=o.txt"].map(|output| {
        let (kind, name) = output.split_once('=').unwrap();
        format!("--output={kind}={}", runs.path(name).display())
    });
    let refused = compare(&[base], &[new], &[&junit, &md, &text]);
    assert_eq!(refused.status.code(), Some(98), "{}", stderr(&refused));
    let read = |name| fs::read_to_string(runs.path(name)).unwrap();
    let junit = read("o.xml");
    assert_eq!(suites(&junit)[0].cases, ["outcome"]);
    assert!(junit.contains("errors=\"1\""), "{junit}");
    assert!(
        junit.contains("new run 1 is invalid: It was &lt;late&gt;."),
        "{junit}"
    );
    let markdown = read("o.md");
    assert!(
        markdown.contains("new run 1 is invalid: It was \\<late\\>."),
        "{markdown}"
    );
    assert!(!runs.path("o.txt").exists());
}

#[test]
fn a_run_that_is_given_twice_is_refused() {
    let runs = RecordedRuns::new();
    let base = runs.record("base.run", 20);
    let refused = compare(slice::from_ref(&base), slice::from_ref(&base), &[]);
    assert_eq!(refused.status.code(), Some(98), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("new run 1 and base run 1 are the same run"));
}

#[test]
fn wrong_arguments_are_explained() {
    let runs = RecordedRuns::new();
    let report = runs.path("report.json");
    fs::write(&report, r#"{"schema":"hammer.report/1"}"#).unwrap();
    let report = report.to_str().unwrap();
    for (args, message) in [
        (
            &["a.run"][..],
            "expected two runs without '--with', BASE and NEW, found 1",
        ),
        (
            &["a.run", "b.run", "c.run"],
            "found 3 (try hammer compare BASE... --with NEW...)",
        ),
        (
            &["a.run", "b.run", "--with", "c.run", "d.run", "--paired"],
            "expected at least 3 runs of each side with '--paired', found 2 and 2",
        ),
        (
            &["a.run", "--with"],
            "a value is required for '--with <NEW>...'",
        ),
        (
            &["a.run", "b.run", "--margin", "5"],
            "'--margin <PERCENT>': found '5'; expected a percentage",
        ),
        (
            &["a.run", "b.run", "--margin", "0%"],
            "above 0% and up to 100%",
        ),
        (
            &["a.run", "b.run", "--error-margin", "x%"],
            "'--error-margin <PERCENT>': found 'x%'",
        ),
        (
            &["a.run", "b.run", "--fail-on", "same"],
            "[possible values: worse, cannot-tell]",
        ),
        (
            &["a.run", "b.run", "-o", "hits=x"],
            "unknown kind; expected text, json, junit, md",
        ),
        (
            &["a.run", "b.run", "-o", "csv"],
            "expected text, json, junit, md or html, and =PATH for a file\n",
        ),
        (&["a.run", "b.run", "-o", "md="], "empty path"),
        (
            &["a.run", "b.run", "-o", "md", "-o", "json"],
            "another output goes to stdout, too",
        ),
        (&["-", "-"], "stdin can be read only once"),
        (
            &["missing.run", "b.run"],
            "invalid value 'missing.run' for '<BASE>...'",
        ),
        (
            &["b.run", "--with", "missing.run"],
            "invalid value 'b.run' for '<BASE>...'",
        ),
        (
            &[report, "b.run"],
            "which has no histograms (try '-o run=PATH' in the run",
        ),
    ] {
        let refused = output(&[&["compare"], args].concat());
        let text = stderr(&refused);
        assert_eq!(refused.status.code(), Some(2), "{args:?}: {text}");
        assert!(text.contains(message), "{args:?}: {text}");
        // The log of hits is another tool's CSV, and no output of a comparison.
        let is_asked_for = args.contains(&"hits=x");
        assert!(is_asked_for || !text.contains("hits"), "{args:?}: {text}");
    }
}

/// Outputs replaced the runs that they were made of, and each other.
#[test]
fn an_output_cannot_take_the_file_of_an_input_or_of_another_output() {
    let runs = RecordedRuns::new();
    let base = runs.record("base.run", 20);
    let new = runs.copy(&base, "new.run", |_| {});
    fs::hard_link(&base, runs.path("hard.run")).unwrap();
    std::os::unix::fs::symlink(&new, runs.path("soft.run")).unwrap();
    let before = [&base, &new].map(|path| fs::read(path).unwrap());
    let reads = "this command reads that file (try another path)";
    let same = "another output has the same path (try another path)";
    let folder = runs.folder.path();
    let name = folder.file_name().unwrap().to_str().unwrap();
    let other_spelling = format!("md=../{name}/base.run");
    for (outputs, problem) in [
        (&["html=./base.run"][..], reads),
        (&[&*other_spelling], reads),
        (&["json=hard.run"], reads),
        (&["text", "json=soft.run"], reads),
        (&["md=x.md", "json=./x.md"], same),
    ] {
        let flags = outputs.iter().flat_map(|output| ["-o", *output]);
        for command in [
            &["compare", "base.run", "new.run"][..],
            &["report", "base.run"],
        ] {
            if command[0] == "report" && outputs.contains(&"json=soft.run") {
                continue;
            }
            let mut hammer = hammer(command);
            hammer.args(flags.clone()).current_dir(folder);
            let refused = hammer.output().unwrap();
            let text = stderr(&refused);
            assert_eq!(refused.status.code(), Some(2), "{outputs:?}: {text}");
            assert!(text.contains(problem), "{outputs:?}: {text}");
        }
    }
    assert_eq!([&base, &new].map(|path| fs::read(path).unwrap()), before);
    assert!(!runs.path("x.md").exists());
    // Stdin can be the file of an output as well.
    let mut report = hammer(&["report", "-", "-o", "json=base.run"]);
    let stdin = fs::File::open(&base).unwrap();
    let refused = report.stdin(stdin).current_dir(folder).output().unwrap();
    assert!(stderr(&refused).contains(reads), "{}", stderr(&refused));
    assert_eq!(fs::read(&base).unwrap(), before[0]);
}

/// Runs a load, or a plan, against a target and keeps the run with a valid verdict.
fn kept_run(runs: &RecordedRuns, name: &str, args: &[&str]) -> PathBuf {
    let path = runs.path(name);
    let run = format!("run={}", path.display());
    let recorded = output(&[args, &["-q", "-o", &run]].concat());
    assert_eq!(recorded.status.code(), Some(0), "{}", stderr(&recorded));
    runs.copy(&path, &format!("valid-{name}"), |run| {
        let verdict = json!({"status": "valid", "reasons": [], "codes": [], "statuses": []});
        run["report"]["verdict"] = verdict;
    })
}

#[test]
fn runs_with_other_loads_or_groups_are_refused() {
    let runs = RecordedRuns::new();
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let targets = runs.path("targets.txt");
    fs::write(&targets, format!("GET {url}a\n\nGET {url}b\n")).unwrap();
    let targets = targets.to_str().unwrap();
    let base = kept_run(
        &runs,
        "targets.run",
        &["http", "--targets", targets, "-r", "100", "-n", "20"],
    );
    let new = runs.copy(&base, "other-targets.run", |run| {
        run["report"]["groups"][1]["name"] = "GET /c".into();
    });
    let refused = compare(&[base], &[new], &[]);
    let text = stderr(&refused);
    assert_eq!(refused.status.code(), Some(98), "{text}");
    for reason in [
        "  new run 1 has no group \"GET /b\", and other runs have it\n",
        "  base run 1 has no group \"GET /c\", and other runs have it\n",
    ] {
        assert!(text.contains(reason), "{text}");
    }

    let load = |name: &str| {
        format!("[[load]]\nname = '{name}'\ntarget = '{url}'\nrate = 100\nhits = 10\n")
    };
    let plan = runs.path("plan.toml");
    fs::write(&plan, load("read") + &load("write")).unwrap();
    let base = kept_run(&runs, "plan.run", &["run", plan.to_str().unwrap()]);
    let new = runs.copy(&base, "other-plan.run", |run| {
        run["report"]["loads"][1]["name"] = "list".into();
    });
    let refused = compare(&[base], &[new], &[]);
    let text = stderr(&refused);
    assert_eq!(refused.status.code(), Some(98), "{text}");
    for reason in [
        "  new run 1 has no load \"write\", and other runs have it\n",
        "  base run 1 has no load \"list\", and other runs have it\n",
    ] {
        assert!(text.contains(reason), "{text}");
    }
}

/// A run that ended early describes another load, and was compared.
#[test]
fn runs_that_ended_early_are_refused() {
    let runs = RecordedRuns::new();
    let base = runs.record("base.run", 20);
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let aborted = runs.path("aborted.run");
    let run = format!("run={}", aborted.display());
    let url = target.url();
    let load = ["http", &url, "-q", "-r", "200", "-z", "1h", "-o", &run];
    let aborting = output(&[&load[..], &["--abort-on", "hits > 100"]].concat());
    assert_eq!(aborting.status.code(), Some(99), "{}", stderr(&aborting));
    let aborted = runs.copy(&aborted, "valid-aborted.run", |run| {
        run["report"]["verdict"] =
            json!({"status": "valid", "reasons": [], "codes": [], "statuses": []});
    });
    let stopped = runs.copy(&base, "stopped.run", |run| {
        run["report"]["stopped"] = true.into();
    });
    for (new, reason) in [
        (
            aborted,
            "new run 1 was ended early by the condition 'hits > 100'",
        ),
        (stopped, "new run 1 was stopped before its schedule ended"),
    ] {
        let refused = compare(slice::from_ref(&base), &[new], &[]);
        assert_eq!(refused.status.code(), Some(98), "{}", stderr(&refused));
        assert!(stderr(&refused).contains(reason), "{}", stderr(&refused));
    }
}
