//! Tests of `--spin`, on the command line, in a plan and for a replay.

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{json, output, stderr, stdout};
use crate::plans;
use crate::replay::{TimelineFixture, row};

#[test]
fn threads_poll_if_a_flag_or_a_key_says_so() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let rows = [0, 20_000].map(|t_us| row(t_us, r#""m":"GET","u":"/""#));
    let timeline = TimelineFixture::from_rows(&rows);
    let plan = |keys| {
        let load =
            format!("[[load]]\ntarget = '{url}'\nrate = 100\nhits = 3\nthreads = 1\n{keys}\n");
        plans::run("plan.toml", &load, &["-q", "-o", "json"], &[])
    };
    let quiet = ["--threads", "1", "-q", "-o", "json"];
    let http = ["http", &url, "-r", "100", "-n", "3"];
    let replay = ["replay", timeline.path(), "--endpoint", &url];
    for (ended, spins) in [
        (output(&[&http[..], &quiet].concat()), false),
        (output(&[&http[..], &quiet, &["--spin"]].concat()), true),
        (output(&[&replay[..], &quiet, &["--spin"]].concat()), true),
        (plan("spin = false"), false),
        (plan("spin = true"), true),
    ] {
        assert_eq!(ended.status.code(), Some(0), "{}", stderr(&ended));
        assert_eq!(json(&ended)["generator"]["spin"], spins);
    }
}

/// A reader who sees a busy thread must see that hits are not the reason.
#[test]
fn the_text_report_says_that_threads_poll() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    for (flags, polls) in [(&[][..], false), (&["--spin"], true)] {
        let load = ["http", &url, "-r", "100", "-n", "3", "--threads", "1", "-q"];
        let text = stdout(&output(&[&load[..], flags].concat()));
        let generator = text.lines().find(|line| line.starts_with("generator"));
        let generator = generator.expect("a line about the generator");
        assert_eq!(generator.contains("% busy with polling"), polls, "{text}");
    }
}
