//! Flags of other load generators and of curl, and the flags of `hammer` to write instead.
//!
//! People bring the spellings of the tools that they know. One table, [`flag_table::FLAGS`], says what a flag
//! means there and what to write here. It explains unknown flags, flags that mean something else
//! here, and long flags with one hyphen. `docs/OTHER-TOOLS.md` shows it.

mod command_line;
mod flag_explanation;
mod flag_suggestion;
mod flag_table;
mod foreign_flag;
mod foreign_value;
mod missing_rate;
mod value_note;

use std::ffi::OsString;

use clap::{ArgMatches, Command};

use self::command_line::CommandLine;
use crate::error::Error;

/// Explains an error of clap with what the flag means in another tool, or with the nearest flag.
pub(crate) fn explain(error: clap::Error, app: &Command, args: &[OsString]) -> Error {
    let line = CommandLine::new(app, args);
    if let Some(message) = line.long_flag_with_one_hyphen() {
        return Error::Usage(message);
    }
    flag_explanation::explain(error, &line)
}

/// Checks a command line that clap has accepted, and returns notes about flags that probably mean
/// something else in the tool that the user knows.
///
/// # Errors
///
/// If a value is the rest of a long flag with one hyphen, such as `-duration=30s`.
pub(crate) fn notes(
    app: &Command,
    args: &[OsString],
    matches: &ArgMatches,
) -> Result<Vec<String>, Error> {
    let line = CommandLine::new(app, args);
    if let Some(message) = line.long_flag_with_one_hyphen() {
        return Err(Error::Usage(message));
    }
    let mut notes = value_note::notes(&line);
    notes.extend(missing_rate::note(matches));
    Ok(notes)
}

/// Renders the table as the rows of a Markdown table.
#[cfg(test)]
fn markdown_rows() -> String {
    flag_table::FLAGS
        .iter()
        .map(foreign_flag::ForeignFlag::markdown_row)
        .collect()
}

#[cfg(test)]
mod tests;
