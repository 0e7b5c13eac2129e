//! Tests of messages about malformed plans.

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{output, stderr};
use crate::plans::run;

#[test]
fn plan_errors_show_their_place_and_nothing_is_sent() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let good = format!("[[load]]\ntarget = '{url}'\nhits = 1\n");
    for (line, place, expected) in [
        ("rat = 5", "4:1", "unknown key 'rat'"),
        ("heder = ['a: b']", "4:1", "expected 'header'"),
        ("rate = 'fast'", "4:9", "not a number\n"),
        (
            "rate = '1/10s'",
            "4:9",
            "ambiguous rate\n\n    1/10s\n    ^^^^^ expected 6/m (1 per 10s) or 1/s/10s",
        ),
        ("rate = -5", "4:8", "must be above 0"),
        ("header = ['a: b', 'c']", "4:10", "Name: value"),
        ("header = { a = 'b' }", "4:10", "'header' is a table"),
        ("insecure = 1", "4:12", "expected true or false"),
        ("rate = true", "4:8", "expected a string or a number"),
        ("rate = [1, 2]", "4:8", "found several values"),
        (
            "users = 2\nmax_in_flight = 3",
            "5:17",
            "'max_in_flight': cannot be combined with 'users'",
        ),
        ("data = '@nowhere.txt'", "4:8", "nowhere.txt"),
        ("cacert = 'nowhere.pem'", "4:10", "nowhere.pem"),
        ("offset = 'soon'", "4:10", "such as 30s"),
        ("arrivals = 'odd'", "4:12", "invalid value 'odd'"),
        (
            "hammer = 'htpp'",
            "4:10",
            "unknown hammer; expected one of http",
        ),
        ("duration = 5\nrate = '1..2/1s'", "4:12", "ends after 1s"),
        ("output = 'json'", "4:1", "above the first [[load]]"),
        ("dry_run = true", "4:1", "unknown key 'dry_run'"),
        (
            "max_redirs = 3",
            "4:1",
            "missing key 'location', required by 'max_redirs'",
        ),
    ] {
        let output = run("plan.toml", &format!("{good}{line}\n"), &["-q"], &[]);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{line}: {message}");
        assert!(
            message.contains(&format!("plan.toml:{place}: ")),
            "{line}: {message}"
        );
        assert!(message.contains(expected), "{line}: {message}");
    }
    for (flags, expected) in [
        (
            &["--tps", "5"][..],
            "'--rate' cannot be combined with a plan",
        ),
        (
            &["--endpoint", "http://a/"],
            "'--endpoint' cannot be combined with",
        ),
    ] {
        let output = run("plan.toml", &good, flags, &[]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    for (path, expected) in [
        ("/nowhere/plan.toml", "failed to read the plan"),
        ("http://a/", "(try --endpoint http://a/)"),
    ] {
        let output = output(&["run", path]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    let counts = target.shutdown().counts;
    assert_eq!((counts.requests, counts.connections), (0, 0));
}

/// The value of a variable once was in the error, and so in the log of a build.
#[test]
fn plan_errors_do_not_repeat_values_of_the_environment() {
    let env = [("SECRET", "hunter2secret{{uid}}")];
    let good = "[[load]]\ntarget = 'http://127.0.0.1:1/'\nhits = 1\n";
    for (line, expected) in [
        (
            "rate = '${SECRET}'",
            "plan.toml:4:8: 'rate': invalid value '${SECRET}': not a number; expected a rate such as",
        ),
        (
            "duration = '${SECRET}s'",
            "'duration': invalid value '${SECRET}s'; expected a duration such as",
        ),
        (
            "offset = '${SECRET}'",
            "'offset': invalid value '${SECRET}'; expected a duration",
        ),
        (
            "hits = '${SECRET}'",
            "'hits': invalid value '${SECRET}'; expected a whole number",
        ),
        (
            "arrivals = '${SECRET}'",
            "'arrivals': invalid value '${SECRET}'",
        ),
        ("header = ['a: b', '${SECRET}']", "'header'"),
        ("hammer = '${SECRET}'", "'${SECRET}': unknown hammer"),
        (
            "data = '${SECRET}'",
            "plan.toml:4:8: failed to build the http hammer: 'data' is not a valid template: \
             unknown name at byte 15; expected 'uuid'\n",
        ),
        (
            "json = '{\"a\": \"${SECRET}\"}'",
            "'json' is not a valid template: unknown name at byte 22; expected 'uuid'\n",
        ),
        (
            "header = ['X-A: b ${SECRET}']",
            "the header x-a is not a valid template: unknown name at byte 17; expected 'uuid'\n",
        ),
        (
            "max_redirs = '${SECRET}'\nlocation = true",
            "'max_redirs': invalid value '${SECRET}'",
        ),
        (
            "resolve = ['${SECRET}']",
            "'resolve': invalid value '${SECRET}'",
        ),
        ("feed = ['${SECRET}']", "'feed': invalid value '${SECRET}'"),
    ] {
        let good = match line.starts_with("hits") {
            true => good.replace("hits = 1\n", ""),
            false => good.to_owned(),
        };
        let output = run("plan.toml", &format!("{good}{line}\n"), &["-q"], &env);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{line}: {message}");
        assert!(message.contains(expected), "{line}: {message}");
        for part in ["hunter2", "secret{{", "2secret", "'uid'", "^"] {
            assert!(!message.contains(part), "{line}: {message}");
        }
    }
}
