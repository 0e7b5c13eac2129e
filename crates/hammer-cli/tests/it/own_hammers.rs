//! Tests of programs with hammers of their own: names of flags and of hammers that are taken.

use std::process::{Command, ExitCode, Output};

use clap::Args;
use hammer_cli::testing::{check_args, reserved_flags};
use hammer_cli::{App, HammerArgs, HammerBuildError, HttpArgs, MqttArgs, NetworkArgs};
use hammer_core::{Failure, Hammer, Hit, Outcome, Slot};

use crate::command::{examples, hammer, json, repository, stderr};
use crate::echo;

struct NoHammer;

impl Hammer for NoHammer {
    type Session = ();

    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        Ok(())
    }

    async fn hit(&self, (): &mut (), _: &mut Hit) -> Result<Outcome, Failure> {
        Ok(Outcome::ok("done"))
    }
}

/// Implements [`HammerArgs`] for arguments, under a name.
macro_rules! hammer_args {
    ($args:ident, $name:literal) => {
        impl HammerArgs for $args {
            const NAME: &'static str = $name;
            const ABOUT: &'static str = "Hit nothing";
            type Hammer = NoHammer;

            fn target(&self) -> String {
                "nothing".into()
            }

            fn build(self, _: u64) -> Result<NoHammer, HammerBuildError> {
                Ok(NoHammer)
            }
        }
    };
}

#[derive(Args)]
struct KeyOfNetwork {
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    network: NetworkArgs,
}
hammer_args!(KeyOfNetwork, "redis");

#[derive(Args)]
struct RateOfLoad {
    #[arg(long)]
    rate: Option<String>,
}
hammer_args!(RateOfLoad, "redis");

#[derive(Args)]
struct FieldOfLoad {
    #[arg(long = "length")]
    duration: Option<String>,
}
hammer_args!(FieldOfLoad, "redis");

#[derive(Args)]
struct QuietOfOutput {
    #[arg(long = "quiet")]
    still: bool,
}
hammer_args!(QuietOfOutput, "redis");

#[derive(Args)]
struct ShortHelp {
    #[arg(short = 'h', long)]
    host: Option<String>,
}
hammer_args!(ShortHelp, "redis");

#[derive(Args)]
struct Twice {
    #[arg(long)]
    depth: Option<String>,
    #[arg(long = "depth")]
    other: Option<String>,
}
hammer_args!(Twice, "redis");

mod inner {
    #[derive(clap::Args)]
    pub(super) struct GroupTwice {
        #[arg(long)]
        inner: bool,
    }
}

#[derive(Args)]
struct GroupTwice {
    #[command(flatten)]
    inner: inner::GroupTwice,
}
hammer_args!(GroupTwice, "redis");

#[derive(Args)]
struct KeyOfPlan {
    #[arg(long)]
    name: Option<String>,
}
hammer_args!(KeyOfPlan, "redis");

#[derive(Args)]
struct NamedRun {}
hammer_args!(NamedRun, "run");

#[derive(Args)]
struct NamedDemo {}
hammer_args!(NamedDemo, "demo");

#[derive(Args)]
struct NamedHttp {}
hammer_args!(NamedHttp, "http");

/// Has short flags and aliases that every hammer has for other flags.
#[derive(Args)]
struct OwnShorts {
    #[arg(short = 'n', long, required = true)]
    nick: Option<String>,
    #[arg(long, required = true)]
    tps: Option<String>,
    /// A short flag of the group.
    #[arg(short = 'x')]
    exact: bool,
    #[command(flatten)]
    network: NetworkArgs,
}
hammer_args!(OwnShorts, "redis");

#[track_caller]
fn assert_exit(code: ExitCode, expected: ExitCode) {
    assert_eq!(format!("{code:?}"), format!("{expected:?}"));
}

/// Regression: a program with a conflict compiled and panicked at its first start.
#[test]
fn a_flag_that_is_taken_is_named() {
    #[track_caller]
    fn assert_conflict<A: HammerArgs>(parts: &[&str]) {
        let conflict = check_args::<A>().expect_err(parts[0]).to_string();
        for part in parts {
            assert!(conflict.contains(part), "{part}: {conflict}");
        }
        let app = App::new().hammer::<A>();
        assert_exit(app.run_from(["hammer-redis"]), ExitCode::FAILURE);
    }
    let flag =
        |flag| format!("{flag} is a flag of every hammer (try another name, such as --redis-");
    assert_conflict::<KeyOfNetwork>(&["--key", "by NetworkArgs", "--redis-key"]);
    assert_conflict::<RateOfLoad>(&[&flag("--rate")]);
    assert_conflict::<FieldOfLoad>(&["the field 'duration' has the name of the flag --duration"]);
    assert_conflict::<QuietOfOutput>(&[&flag("--quiet")]);
    assert_conflict::<ShortHelp>(&["-h is a flag of every command"]);
    assert_conflict::<Twice>(&["--depth is defined twice (try"]);
    assert_conflict::<GroupTwice>(&["group 'GroupTwice' is defined twice"]);
    assert_conflict::<NamedRun>(&["the hammer 'run'", "name is that of a command"]);
}

#[test]
fn a_flag_that_a_plan_cannot_set_is_named() {
    let conflict = check_args::<KeyOfPlan>().expect_err("a key of every load");
    let expected = "a plan cannot set --name of the hammer 'redis'";
    assert!(conflict.to_string().starts_with(expected), "{conflict}");
    let app = App::new().hammer::<KeyOfPlan>();
    assert_exit(
        app.run_from(["hammer-redis", "--dry-run"]),
        ExitCode::SUCCESS,
    );
}

#[test]
fn the_hammers_of_the_command_have_no_conflict() {
    check_args::<HttpArgs>().expect("no conflict");
    check_args::<MqttArgs>().expect("no conflict");
}

/// Regression: a new short flag of the command would have broken an existing hammer.
#[test]
fn short_flags_and_aliases_of_the_command_give_way() {
    check_args::<OwnShorts>().expect("no conflict");
    let app = App::new().hammer::<OwnShorts>();
    let args = [
        "hammer-redis",
        "-n",
        "ann",
        "--tps",
        "x",
        "-x",
        "--hits",
        "1",
    ];
    let dry_run = args
        .iter()
        .copied()
        .chain(["--dry-run", "--rate", "5", "--proxy", "h:1"]);
    assert_exit(app.run_from(dry_run), ExitCode::SUCCESS);
    // In an app with other hammers, they have the short flag.
    let app = app.hammer::<MqttArgs>();
    let args = ["x", "mqtt", "mqtt://h", "-n", "1", "--dry-run"];
    assert_exit(app.run_from(args), ExitCode::SUCCESS);
}

/// Regression: the failures of a hammer that is called like one of the command were refused.
#[test]
fn the_name_of_a_hammer_does_not_say_what_it_reports() {
    let app = App::new().hammer::<NamedHttp>();
    let line = |threshold| ["program", "http", "--assert", threshold, "--dry-run"];
    for threshold in ["failure.no_stock == 0", "label.sold > 0"] {
        assert_exit(app.run_from(line(threshold)), ExitCode::SUCCESS);
    }
}

#[test]
fn a_hammer_replaces_a_command_with_its_name() {
    let app = App::new().hammer::<NamedDemo>();
    let code = app.run_from(["program", "demo", "-n", "1", "--dry-run"]);
    assert_exit(code, ExitCode::SUCCESS);
    let twice = app.hammer::<NamedDemo>();
    assert_exit(
        twice.run_from(["program", "plan", "--example"]),
        ExitCode::FAILURE,
    );
}

/// An author of a hammer looks there for names that are free.
#[test]
fn the_documentation_lists_each_reserved_flag() {
    let path = repository("docs/WRITING-A-HAMMER.md");
    let text = std::fs::read_to_string(path).expect("the page");
    let flags = reserved_flags();
    let is_missing = |flag: &&String| !text.contains(&format!("`{flag}`"));
    let missing: Vec<_> = flags.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(flags.len() > 15, "{flags:?}");
}

/// Writes a plan, and runs it with the examples on PATH.
fn run_plan(plan: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("plan.toml");
    std::fs::write(&path, plan).expect("a writable folder");
    hammer(&["run", &path.display().to_string(), "-o", "json=-", "-q"])
        .env("PATH", examples())
        .output()
        .expect("the binary runs")
}

/// Regression: a plan could only name the hammers of its own program.
#[test]
fn a_plan_can_name_a_program_on_path() {
    let addr = echo::server();
    let load = format!("[[load]]\nhammer = 'echo'\ntarget = '{addr}'\nrate = 100\nhits = 5\n");
    let output = run_plan(&(load.clone() + &load));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = json(&output);
    for load in report["loads"].as_array().expect("two loads") {
        assert_eq!(load["hammer"], "echo", "{load}");
        assert_eq!(load["labels"]["echo"], 5, "{load}");
    }
    // Its own errors are passed on.
    let output = run_plan(&load.replace("hits", "hitz"));
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let message = stderr(&output);
    assert!(
        message.contains("unknown key 'hitz' in a load of the echo hammer"),
        "{message}"
    );
}

/// Regression: the other program found the pipe empty, and complained about the plan.
#[test]
fn a_plan_from_a_pipe_is_not_left_to_another_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("plan.toml");
    let load = "[[load]]\nhammer = 'echo'\ntarget = '127.0.0.1:1'\nhits = 1\n";
    std::fs::write(&path, load).expect("a writable folder");
    let pipe = "cat \"$1\" | PATH=\"$2\" \"$0\" run /dev/stdin -q";
    let output = Command::new("sh")
        .args(["-c", pipe, env!("CARGO_BIN_EXE_hammer")])
        .args([&path, &examples()])
        .output()
        .expect("a shell");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let message = stderr(&output);
    assert!(
        message.contains(
            "'echo': this hammer is in the program hammer-echo, which only runs plan files"
        ),
        "{message}"
    );
}

#[test]
fn a_plan_of_several_programs_says_how_to_combine_them() {
    let http = "[[load]]\ntarget = 'http://127.0.0.1:1/'\n";
    for (load, message) in [
        (
            "[[load]]\nhammer = 'echo'\ntarget = '127.0.0.1:7'\n",
            "'echo': this hammer is in the program hammer-echo",
        ),
        (
            "[[load]]\ntarget = 'echo://127.0.0.1:7'\n",
            "this hammer is in the program hammer-echo",
        ),
        (
            "[[load]]\nhammer = 'nowhere'\ntarget = '127.0.0.1:7'\n",
            "unknown hammer; expected one of http, mqtt, or NAME of a program hammer-NAME on PATH",
        ),
    ] {
        let output = run_plan(&format!("{http}{load}"));
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    }
}

#[test]
fn an_endpoint_can_name_a_program_on_path() {
    for args in [
        &["run", "--endpoint", "echo://127.0.0.1:1"][..],
        &["run", "--hammer", "echo", "--endpoint", "127.0.0.1:1"],
    ] {
        let output = hammer(args).env("PATH", examples()).output();
        let output = output.expect("the binary runs");
        // The example does not support it, as its own message says.
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        let message = stderr(&output);
        assert!(message.contains("echo"), "{message}");
        assert!(!message.contains("one of http"), "{message}");
    }
}
