//! The arguments of a command as written, and the flags that it has.

use std::ffi::OsString;

use clap::{Arg, Command};

use super::flag_suggestion::FlagSuggestion;
use super::flag_table::FLAGS;
use super::foreign_flag::ForeignFlag;
use super::foreign_value::ForeignValue;

/// The shortest long flag that is looked for with one hyphen. Shorter ones could be short flags in one
/// argument, such as `-kq`.
const MIN_LONG_FLAG: usize = 3;

/// The arguments of a command as they were written.
pub(super) struct CommandLine<'a> {
    app: &'a Command,
    /// The command that the arguments select.
    pub(super) command: &'a Command,
    /// The arguments after the names of commands, up to `--`. Those that are not text are empty.
    args: Vec<&'a str>,
}

impl<'a> CommandLine<'a> {
    /// Finds the command that `args`, which begin with the name of the program, select in `app`.
    pub(super) fn new(app: &'a Command, args: &'a [OsString]) -> Self {
        let texts = args.iter().skip(1);
        let mut texts = texts.map(|arg| arg.to_str().unwrap_or_default()).peekable();
        let mut command = app;
        while let Some(next) = texts.peek().and_then(|name| command.find_subcommand(name)) {
            command = next;
            texts.next();
        }
        let args = texts.take_while(|arg| *arg != "--").collect();
        Self { app, command, args }
    }

    /// The argument of the command with this spelling, such as `-d` or `--data`.
    pub(super) fn known(&self, spelling: &str) -> Option<&'a Arg> {
        find_flag(self.command, spelling)
    }

    /// The other command that has the flag with this spelling.
    pub(super) fn other_command_with(&self, spelling: &str) -> Option<&'a Command> {
        let mut commands = self.app.get_subcommands();
        commands.find(|command| find_flag(command, spelling).is_some())
    }

    /// Returns true if the command sends no hits, and `other` does.
    pub(super) fn lacks_hits_of(&self, other: &Command) -> bool {
        !sends_hits(self.command) && sends_hits(other)
    }

    /// The long flags of the command, without hyphens.
    pub(super) fn long_flags(&self) -> impl Iterator<Item = &'a str> {
        let args = self.command.get_arguments();
        args.flat_map(|arg| {
            let aliases = arg.get_visible_aliases().unwrap_or_default();
            arg.get_long().into_iter().chain(aliases)
        })
    }

    /// The value written after the flag with this spelling. Returns `None` if the flag was not
    /// written, and an empty text if it has no value.
    pub(super) fn value_of(&self, spelling: &str) -> Option<&'a str> {
        let is_short = !spelling.starts_with("--") && spelling.len() == 2;
        self.args.iter().enumerate().find_map(|(index, arg)| {
            let rest = arg.strip_prefix(spelling)?;
            match rest.strip_prefix('=') {
                _ if rest.is_empty() => {
                    let next = self.args.get(index + 1).copied().unwrap_or_default();
                    Some(if next.starts_with('-') { "" } else { next })
                }
                Some(value) => Some(value),
                None => is_short.then_some(rest),
            }
        })
    }

    /// A flag that has no value here but one in another tool, and the argument after it: `-q 100`.
    pub(super) fn switch_with_value(&self) -> Option<(&'a str, &'a str)> {
        let pairs = self.args.iter().zip(self.args.iter().skip(1));
        let mut pairs = pairs.map(|(flag, value)| (*flag, *value));
        pairs.find(|(flag, value)| {
            let known = self.known(flag);
            let is_switch = known.is_some_and(|arg| !arg.get_action().takes_values());
            is_switch && !self.foreign_of_form(flag, Some(value)).is_empty()
        })
    }

    /// The flags of other tools with this spelling, for a value of this form, whose replacement the
    /// command has. Without one of this form, returns those of any form.
    pub(super) fn foreign(&self, spelling: &str, value: Option<&str>) -> Vec<&'static ForeignFlag> {
        let fitting = self.foreign_of_form(spelling, value);
        if !fitting.is_empty() {
            return fitting;
        }
        let mut all = self.foreign_of_any_form(spelling);
        let has_value = ForeignValue::of(value) != ForeignValue::None;
        all.retain(|flag| (flag.value() != ForeignValue::None) == has_value);
        match all.is_empty() {
            true => self.foreign_of_any_form(spelling),
            false => all,
        }
    }

    /// As [`foreign`](Self::foreign), but only flags whose value has the form.
    pub(super) fn foreign_of_form(
        &self,
        spelling: &str,
        value: Option<&str>,
    ) -> Vec<&'static ForeignFlag> {
        let form = ForeignValue::of(value);
        let mut all = self.foreign_of_any_form(spelling);
        all.retain(|flag| flag.value() == form);
        all
    }

    fn foreign_of_any_form(&self, spelling: &str) -> Vec<&'static ForeignFlag> {
        // Only a command that sends hits can log them.
        let sends_hits = sends_hits(self.command);
        let has = |flag: &&ForeignFlag| {
            let mut here = flag.flags_here();
            let has_kind = sends_hits || !flag.logs_hits();
            flag.spelling == spelling && has_kind && here.all(|flag| self.known(flag).is_some())
        };
        let found: Vec<_> = FLAGS.iter().filter(has).collect();
        let is_for_mqtt = self.command.get_name() == "mqtt";
        let (mqtt, other): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|flag| flag.is_for_mqtt());
        match is_for_mqtt && !mqtt.is_empty() {
            true => mqtt,
            false => other,
        }
    }

    /// Reports a long flag with one hyphen, as programs in Go have them: clap takes `-duration=30s`
    /// for `-d` with the value `uration=30s`.
    pub(super) fn long_flag_with_one_hyphen(&self) -> Option<String> {
        let found = self.args.iter().find_map(|arg| self.one_hyphen(arg));
        let (name, value) = found?;
        let written = format!("-{name}");
        let meant = FlagSuggestion::new(&self.foreign(&written, value), value);
        let meant = meant.unwrap_or_else(|| FlagSuggestion::of_flag(name));
        Some(format!("unknown flag '{written}'{meant}"))
    }

    /// The name and the value of a long flag with one hyphen.
    fn one_hyphen(&self, arg: &'a str) -> Option<(&'a str, Option<&'a str>)> {
        let rest = arg
            .strip_prefix('-')
            .filter(|rest| !rest.starts_with('-'))?;
        let (name, value) = match rest.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (rest, None),
        };
        let written = &arg[..=name.len()];
        let is_foreign = || FLAGS.iter().any(|flag| flag.spelling == written);
        let is_known = || self.long_flags().any(|long| long == name);
        let is_long = name.len() > 1 && is_foreign() || name.len() >= MIN_LONG_FLAG && is_known();
        let is_value = || self.takes_as_value(arg);
        let value = value.or_else(|| self.value_of(written).filter(|value| !value.is_empty()));
        (is_long && !is_value()).then_some((name, value))
    }

    /// Returns true if the argument is the value of the flag before it.
    fn takes_as_value(&self, arg: &str) -> bool {
        let at = self.args.iter().position(|written| *written == arg);
        let before = at.and_then(|at| self.args.get(at.checked_sub(1)?));
        let known = before.and_then(|before| self.known(before));
        known.is_some_and(|flag| flag.get_action().takes_values())
    }
}

/// Returns true if a command sends hits.
fn sends_hits(command: &Command) -> bool {
    find_flag(command, "--dry-run").is_some()
}

fn find_flag<'c>(command: &'c Command, spelling: &str) -> Option<&'c Arg> {
    let mut args = command.get_arguments();
    match spelling.strip_prefix("--") {
        Some(long) => args.find(|arg| {
            let mut aliases = arg.get_visible_aliases().unwrap_or_default().into_iter();
            arg.get_long() == Some(long) || aliases.any(|alias| alias == long)
        }),
        None => {
            let mut chars = spelling.chars().skip(1);
            let short = chars.next().filter(|_| chars.next().is_none())?;
            args.find(|arg| arg.get_short() == Some(short))
        }
    }
}
