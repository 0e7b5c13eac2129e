//! Notes about values that are valid but probably meant for the flag of another tool.

use std::time::Duration;

use super::command_line::CommandLine;
use super::flag_suggestion::FlagSuggestion;
use super::flag_table::FLAGS;
use super::foreign_value::ForeignValue;
use crate::parsers::duration;

/// The shortest timeout that is probably a duration of the run.
const LONG_TIMEOUT: Duration = Duration::from_secs(60);

/// Notes about flags that the command has, whose value looks like that of another tool's flag.
pub(super) fn notes(line: &CommandLine<'_>) -> Vec<String> {
    let mut spellings: Vec<&str> = FLAGS.iter().map(|flag| flag.spelling).collect();
    spellings.sort_unstable();
    spellings.dedup();
    let notes = spellings.iter().filter_map(|spelling| note(spelling, line));
    notes.collect()
}

fn note(spelling: &str, line: &CommandLine<'_>) -> Option<String> {
    let arg = line.known(spelling)?;
    let value = line.value_of(spelling).filter(|value| !value.is_empty())?;
    if !arg.get_action().takes_values() || !is_doubtful(spelling, value, line) {
        return None;
    }
    let foreign = line.foreign_of_form(spelling, Some(value));
    let mut meant = FlagSuggestion::new(&foreign, Some(value))?;
    if spelling == "-t" && ForeignValue::of(Some(value)) == ForeignValue::Number {
        meant.here.push(format!("-t {value}ms"));
        meant
            .origins
            .push(format!("write -t {value}s for a timeout"));
    }
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let end = help.find(['[', ':', ',', ';']).unwrap_or(help.len());
    let help = help[..end].trim_end();
    Some(format!("'{spelling} {value}' is \"{help}\" here{meant}"))
}

/// Returns true if the value is probably meant otherwise, although its form is right here.
fn is_doubtful(spelling: &str, value: &str, line: &CommandLine<'_>) -> bool {
    match (spelling, ForeignValue::of(Some(value))) {
        ("-d", ForeignValue::Number | ForeignValue::Duration) => true,
        // A timeout has a unit in the docs, so a number is of wrk, hey or ab.
        ("-t", ForeignValue::Number) => true,
        ("-t", ForeignValue::Duration) => {
            let is_long = duration::parse(value).is_ok_and(|timeout| timeout >= LONG_TIMEOUT);
            is_long
                && line
                    .value_of("-z")
                    .or(line.value_of("--duration"))
                    .is_none()
        }
        ("--connections", ForeignValue::Number) => {
            let versions = ["--http", "--http2", "--http2-prior-knowledge"];
            versions
                .iter()
                .all(|version| line.value_of(version).is_none())
        }
        _ => false,
    }
}
