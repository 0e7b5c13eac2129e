//! Tests of thresholds and JUnit output of plans.

use std::fs;
use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{json as parsed, stderr, stdout};
use crate::junit::suites;
use crate::plans::run;

/// Two targets, of which the second rejects all hits, and a plan that hits both.
struct TwoTargetPlan {
    targets: [TargetServer; 2],
    loads: String,
}

impl TwoTargetPlan {
    fn new() -> Self {
        let targets = [
            TargetBehavior::default(),
            TargetBehavior::default().status(500).unwrap(),
        ]
        // So slow that a pause of the machine does not make a run invalid.
        .map(|behavior| TargetServer::spawn(behavior.delay(Duration::from_millis(100))).unwrap());
        let [good, bad] = targets.each_ref().map(TargetServer::url);
        let loads = format!(
            "[[load]]\nname = 'good'\ntarget = '{good}'\nrate = 20\nduration = 1\n\
             [[load]]\nname = 'bad'\ntarget = '{bad}'\nrate = '20/500ms, 40/500ms'\n"
        );
        Self { targets, loads }
    }

    fn plan(&self, first: &str) -> String {
        format!("{first}\n{}", self.loads)
    }
}

#[test]
fn thresholds_apply_to_loads_and_stages_and_set_the_exit_code() {
    let both = TwoTargetPlan::new();
    let passing =
        "'[good] errors == 0', '[bad, stage 1] hits == 10', '[bad, stage 40/500ms] hits == 20',
        '[bad, stage 2] errors == 100%', 'hits == 50'";
    let plan = both.plan(&format!("assert = [{passing}]"));
    let output = run("plan.toml", &plan, &["-q"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(
        text.contains("pass   [bad, stage 2] errors == 100%"),
        "{text}"
    );
    let stage = text.lines().find(|line| line.starts_with("  40/500ms "));
    let figures = stage.map(|line| line.split_whitespace().collect::<Vec<_>>());
    let last = figures.as_ref().and_then(|figures| figures.last());
    assert_eq!(last, Some(&"20"), "{text}");

    for failing in ["[bad, stage 2] hits == 10", "[bad] errors == 0"] {
        let plan = both.plan(&format!("assert = [{passing}, '{failing}']"));
        let output = run("plan.toml", &plan, &["-q", "-o", "json"], &[]);
        assert_eq!(output.status.code(), Some(99), "{}", stderr(&output));
        let report = parsed(&output);
        let passed = |thresholds: &serde_json::Value| -> Vec<_> {
            let thresholds = thresholds.as_array().unwrap().iter();
            thresholds.map(|it| it["passed"] == true).collect()
        };
        let whole = passed(&report["thresholds"]);
        assert_eq!(whole, [true, true, true, true, true, false], "{report}");
        assert_eq!(passed(&report["loads"][0]["thresholds"]), [true]);
        let bad = passed(&report["loads"][1]["thresholds"]);
        assert_eq!(bad, [true, true, true, false], "{report}");
    }
}

#[test]
fn junit_has_a_suite_for_the_plan_and_each_load() {
    let both = TwoTargetPlan::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hammer.xml");
    let plan = both.plan(&format!(
        "output = ['text', 'junit={}']\n\
         assert = ['[good] errors == 0', '[bad] errors == 0', '[bad, stage 2] hits == 20', 'ok < 5']",
        path.display()
    ));
    let output = run("plan.toml", &plan, &["-q"], &[]);
    assert_eq!(output.status.code(), Some(99), "{}", stderr(&output));
    let suites = suites(&fs::read_to_string(path).unwrap());
    let [plan, good, bad] = &suites[..] else {
        panic!("{suites:?}")
    };
    assert!(plan.name.ends_with("plan.toml"), "{}", plan.name);
    assert_eq!((good.name.as_str(), bad.name.as_str()), ("good", "bad"));
    assert_eq!(plan.cases, ["verdict", "ok < 5"]);
    assert_eq!(good.cases, ["verdict", "[good] errors == 0"]);
    let of_bad = ["verdict", "[bad] errors == 0", "[bad, stage 2] hits == 20"];
    assert_eq!(bad.cases, of_bad);
    // The case of the verdict may fail on a noisy machine.
    let failures = suites.iter().flat_map(|suite| &suite.failures);
    let failures: Vec<_> = failures.filter(|it| !it.starts_with("invalid: ")).collect();
    assert_eq!(
        failures,
        ["ok < 5: 20 hits", "[bad] errors == 0: 30 hits"],
        "{suites:?}"
    );
}

#[test]
fn thresholds_that_match_no_load_show_their_place_and_nothing_is_sent() {
    let both = TwoTargetPlan::new();
    for (first, place, shown) in [
        (
            "assert = '[worse] errors == 0'",
            "1:12",
            "'assert': invalid value '[worse] errors == 0': unknown load 'worse'\n\n    \
             [worse] errors == 0\n     ^^^^^ expected good, bad\n",
        ),
        (
            "quiet = true\nassert = ['errors == 0', \"[ bda ,stage 2 ]p99<1s\"]",
            "2:29",
            "    [ bda ,stage 2 ]p99<1s\n      ^^^ expected 'bad'\n",
        ),
        (
            "assert = '[stage 2] p99 < 1s'",
            "1:11",
            "    ^^^^^^^^^ expected [good, stage 2] p99 < 1s\n",
        ),
        (
            "assert = '''\n[good, stage 2] p99 < 1s'''",
            "2:1",
            "the load has no stages\n\n    [good, stage 2] p99 < 1s\n    ^^^^^^^^^^^^^^^ expected",
        ),
        (
            "assert = '[bad, stage 3] p99 < 1s'",
            "1:11",
            "unknown stage\n\n",
        ),
        (
            "assert = '[bad, stage 2] lateness.p99 < 1s'",
            "1:26",
            "    [bad, stage 2] lateness.p99 < 1s\n                   ^^^^^^^^^^^^^^^^^ expected ",
        ),
        (
            "abort_on = ['errors > 5%', '[bad, items] errors > 5%']",
            "1:29",
            "'abort_on': invalid value '[bad, items] errors > 5%': the load has no groups",
        ),
        // With escapes, the position is that of the value, not of the word in it.
        (
            "assert = \"[w\\u006frse] errors == 0\"",
            "1:10",
            "     ^^^^^ expected",
        ),
        // A malformed threshold is shown in the same way.
        (
            "assert = ['errors == 0', 'p99 < 250']",
            "1:33",
            "'assert': invalid value 'p99 < 250': '250' has no unit\n\n    \
             p99 < 250\n          ^^^ expected 250ms\n",
        ),
        (
            "output = ['text', 'json=/nowhere/r.json']",
            "1:19",
            "'output': invalid value 'json=/nowhere/r.json': failed to create the file",
        ),
        (
            "output = ['json', 'text']",
            "1:19",
            "'output': invalid value 'text': another output goes to stdout, too (try text=PATH)",
        ),
    ] {
        let output = run("plan.toml", &both.plan(first), &["-q"], &[]);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{first}: {message}");
        let found = message.contains(&format!("plan.toml:{place}: "));
        assert!(found, "{first}: {message}");
        assert!(message.contains(shown), "{first}: {message}");
        assert!(output.stdout.is_empty());
    }
    // On the command line, the message names the flag.
    let flags = ["-q", "--assert", "[worse] errors == 0"];
    let output = run("plan.toml", &both.plan(""), &flags, &[]);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(
        message.contains("for '--assert <EXPR>': unknown load 'worse'\n\n"),
        "{message}"
    );
    for target in both.targets {
        assert_eq!(target.shutdown().counts.requests, 0);
    }
}
