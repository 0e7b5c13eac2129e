//! Explanations of flags and values that clap refuses.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use hammer_diagnostic::nearest;

use super::command_line::CommandLine;
use super::flag_suggestion::FlagSuggestion;
use super::foreign_flag::ForeignFlag;
use super::foreign_value::ForeignValue;
use crate::error::Error;

/// Explains an error of clap, or returns it as it is.
pub(super) fn explain(mut error: clap::Error, line: &CommandLine<'_>) -> Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => match unknown_argument(&argument, line) {
            Some(message) => Error::Usage(message),
            None => error.into(),
        },
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            let value = text(ContextKind::InvalidValue).unwrap_or_default();
            if let Some(tip) = tip_for_value(&argument, &value, line) {
                let tips = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
                error.insert(ContextKind::Suggested, tips);
            }
            error.into()
        }
        _ => error.into(),
    }
}

/// Explains an argument that the command does not have: an unknown flag, or the value of a flag that
/// has none.
fn unknown_argument(argument: &str, line: &CommandLine<'_>) -> Option<String> {
    if !argument.starts_with('-') {
        let (flag, value) = line.switch_with_value()?;
        let meant = FlagSuggestion::new(&line.foreign_of_form(flag, Some(value)), Some(value))?;
        return Some(format!("the flag '{flag}' has no value here{meant}"));
    }
    let flag = argument.split('=').next().unwrap_or(argument);
    let value = line.value_of(flag);
    if let Some(meant) = FlagSuggestion::new(&line.foreign(flag, value), value) {
        return Some(format!("unknown flag '{flag}'{meant}"));
    }
    let near = flag.strip_prefix("--");
    let near = near.and_then(|name| nearest(name, line.long_flags()));
    if let Some(near) = near {
        return Some(format!(
            "unknown flag '{flag}'{}",
            FlagSuggestion::of_flag(near)
        ));
    }
    let name = line.command.get_name();
    Some(match line.other_command_with(flag) {
        Some(other) if line.lacks_hits_of(other) => format!(
            "unknown flag '{flag}' of '{name}' (commands that send hits have it, such as 'hammer {}')",
            other.get_name()
        ),
        Some(other) => format!(
            "unknown flag '{flag}' of '{name}' (try 'hammer {}', which has it)",
            other.get_name()
        ),
        None => format!("unknown flag '{flag}'"),
    })
}

/// Explains a value that makes no sense for its flag, or that was written after a flag without one.
///
/// `argument` is the flag as clap shows it, such as `--user <USER:PASSWORD>`.
fn tip_for_value(argument: &str, value: &str, line: &CommandLine<'_>) -> Option<String> {
    let name = argument.split(' ').next().unwrap_or_default();
    let tip = |flags: &[&ForeignFlag]| {
        let suggestion = FlagSuggestion::new(flags, Some(value))?.to_string();
        Some(suggestion.trim_start_matches(", ").to_owned())
    };
    let Some(arg) = line.known(name) else {
        let (flag, written) = line.switch_with_value()?;
        return tip(&line.foreign_of_form(flag, Some(written))).filter(|_| written == value);
    };
    let short = arg.get_short().map(|short| format!("-{short}"));
    let mut spellings = short.into_iter().chain([name.to_owned()]);
    spellings.find_map(|spelling| {
        line.value_of(&spelling)
            .filter(|written| *written == value)?;
        let mut foreign = line.foreign_of_form(&spelling, Some(value));
        // An example in lower case, such as `-o csv`, is the only value that is meant.
        foreign.retain(|flag| {
            let is_literal =
                flag.value() == ForeignValue::Text && flag.example.starts_with(char::is_lowercase);
            !is_literal || flag.example == value
        });
        tip(&foreign)
    })
}
