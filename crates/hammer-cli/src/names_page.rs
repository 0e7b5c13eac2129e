//! Tests that compare docs/NAMES.md, and other pages that list names, with the command.

use std::path::{Path, PathBuf};
use std::{env, fs};

use clap::{Arg, Command};
use hammer_core::ArrivalProcess;
use hammer_replay::log::LogFormat;

use crate::App;
use crate::args::{LABELS, OutputKind, PHASES, failures};
use crate::{HttpArgs, MqttArgs};

/// The variable that makes the test write the page instead of comparing it.
const WRITE: &str = "HAMMER_WRITE_NAMES";

/// The line after which the generated part begins.
const BEGIN: &str = "<!-- generated -->\n";

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name)
}

fn app() -> Command {
    App::new()
        .hammer::<HttpArgs>()
        .hammer::<MqttArgs>()
        .definition()
}

/// The words that a message lists after "expected".
fn expected_words(message: &str) -> Vec<String> {
    let (_, list) = message.split_once("expected ").expect("a list");
    let list = list
        .split(" or a ")
        .next()
        .unwrap_or_default()
        .replace(" or ", ", ");
    list.split(", ")
        .map(|word| word.trim().to_owned())
        .collect()
}

fn arrivals() -> Vec<String> {
    let error = "?"
        .parse::<ArrivalProcess>()
        .expect_err("it is not a process");
    expected_words(error)
}

fn formats() -> Vec<String> {
    let others = ["json", "csv", "tsv"];
    let names = LogFormat::NAMES.into_iter().chain(others);
    names.map(str::to_owned).collect()
}

fn outputs() -> Vec<String> {
    OutputKind::ALL.map(|kind| kind.as_str().to_owned()).into()
}

/// A table of the flags of a command.
fn flag_table(path: &str, command: &Command) -> String {
    let flags = command.get_arguments().filter(|arg| !arg.is_positional());
    let rows: String = flags.filter_map(flag_row).collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("### {path}\n\n| flag | meaning |\n|---|---|\n{rows}\n")
}

fn flag_row(arg: &Arg) -> Option<String> {
    let long = arg.get_long()?;
    let short = arg
        .get_short()
        .map_or(String::new(), |short| format!("`-{short}`, "));
    let value = match arg.get_action().takes_values() {
        true => format!(" {}", arg.get_value_names()?.first()?),
        false => String::new(),
    };
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let help = help
        .replace('|', "\\|")
        .replace('<', "&lt;")
        .replace("*", "\\*");
    let value = value.replace('|', "\\|");
    Some(format!("| {short}`--{long}{value}` | {help} |\n"))
}

fn code_list(names: &[impl AsRef<str>]) -> String {
    let names: Vec<_> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    names.join(", ") + ".\n"
}

fn generated() -> String {
    let mut text = String::new();
    for (title, names) in [
        ("Arrival processes", arrivals()),
        ("Outputs", outputs()),
        ("Log formats", formats()),
    ] {
        text += &format!("\n## {title}\n\n{}", code_list(&names));
    }
    for (title, names) in [
        ("Failures", &*failures()),
        ("Labels", LABELS),
        ("Phases", PHASES),
    ] {
        text += &format!("\n## {title}\n\n{}", code_list(names));
    }
    text += "\n## Flags\n\n";
    for command in app().get_subcommands() {
        text += &flag_table(command.get_name(), command);
        for inner in command.get_subcommands() {
            let path = format!("{} {}", command.get_name(), inner.get_name());
            text += &flag_table(&path, inner);
        }
    }
    text.trim_end().to_owned() + "\n"
}

/// A new flag, arrival process, format, output, failure, label or phase makes this test fail.
#[test]
fn the_page_has_all_flags_and_names() {
    let path = page("NAMES.md");
    let text = fs::read_to_string(&path).expect("the page is here");
    let (before, found) = text.split_once(BEGIN).expect("a generated part");
    let expected = generated();
    if env::var_os(WRITE).is_some() {
        fs::write(&path, format!("{before}{BEGIN}{expected}")).expect("a written page");
        return;
    }
    let missing: Vec<_> = expected
        .lines()
        .filter(|line| !found.contains(line))
        .collect();
    assert!(
        found == expected,
        "docs/NAMES.md differs, for example in {missing:#?}; to write it: \
         {WRITE}=1 cargo test -p hammer-cli --lib the_page_has_all_flags_and_names"
    );
}

/// The pages that explain each name of a kind.
#[test]
fn pages_explain_each_arrival_process_output_and_format() {
    for (name, words) in [
        ("MEASURING.md", arrivals()),
        ("REPLAY.md", formats()),
        ("REPORT.md", outputs()),
    ] {
        let text = fs::read_to_string(page(name)).expect("the page is here");
        for word in words {
            let spans = [
                format!("`{word}`"),
                format!("`{word}="),
                format!("-o {word}"),
            ];
            let is_there = spans.iter().any(|span| text.contains(span.as_str()));
            assert!(is_there, "docs/{name} does not explain {word}");
        }
    }
    // The help of the flag lists the processes, too.
    let app = app();
    let http = app.find_subcommand("http").expect("a command");
    let arrivals_help = http.get_arguments().find(|arg| arg.get_id() == "arrivals");
    let help = arrivals_help
        .and_then(Arg::get_help)
        .expect("help")
        .to_string();
    assert!(
        arrivals().iter().all(|name| help.contains(name.as_str())),
        "{help}"
    );
}
