//! Tables of a plan whose keys are flags of a command.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};
use hammer_diagnostic::Diagnostic;
use hammer_plan::{ParsedPlanFile, PlanFlagValue, PlanPathStep};

use crate::args::caret;
use crate::error::{Error, mask_secrets};
use crate::setting_names::{self, SettingNames};

/// A table of a plan whose keys are flags of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlanFlagTable<'a> {
    pub(crate) file: &'a ParsedPlanFile,
    /// Path to the table.
    pub(crate) path: &'a [PlanPathStep<'a>],
    /// Description of the table for messages, such as "a plan".
    pub(crate) subject: &'a str,
    /// Keys of the table that are not flags.
    pub(crate) extra_keys: &'a [&'a str],
    /// Folder that relative paths refer to.
    pub(crate) folder: &'a Path,
}

impl PlanFlagTable<'_> {
    /// Parses `flags` with `command`, and `target` as its positional argument.
    pub(crate) fn matches(
        &self,
        command: Command,
        flags: &BTreeMap<String, PlanFlagValue>,
        target: Option<&str>,
    ) -> Result<ArgMatches, Error> {
        // Each key with its flags for the command line.
        let mut flags_by_key: Vec<(&str, Vec<String>)> = vec![];
        for (key, setting) in flags {
            let arg = self.find_flag(&command, key)?;
            let long = arg.get_long().unwrap_or_default();
            let key_flags: Vec<String> = match (takes_value(arg), setting) {
                (false, PlanFlagValue::Flag(given)) => {
                    given.then(|| format!("--{long}")).into_iter().collect()
                }
                (false, _) => {
                    return Err(self.value_error(key, "expected true or false"));
                }
                (true, PlanFlagValue::Flag(_)) => {
                    let problem = format!("expected a string or a number for {}", value_name(arg));
                    return Err(self.value_error(key, &problem));
                }
                (true, _) => setting
                    .texts()
                    .iter()
                    .map(|text| format!("--{long}={}", self.resolve_path(arg, text)))
                    .collect(),
            };
            flags_by_key.push((key.as_str(), key_flags));
        }
        let parse = |omitted: Option<&str>| {
            let kept = flags_by_key.iter().filter(|(key, _)| Some(*key) != omitted);
            let mut line: Vec<String> = kept.flat_map(|(_, flags)| flags).cloned().collect();
            if let Some(target) = target {
                line.extend(["--".into(), target.into()]);
            }
            let command = command.clone().no_binary_name(true).disable_help_flag(true);
            command.try_get_matches_from(line)
        };
        let key_of = |long: &str| self.key_of_long_flag(&command, flags, long);
        parse(None).map_err(|error| {
            // Clap does not report which key requires the missing one. Without that key, the error
            // does not occur.
            let is_missing =
                |error: &clap::Error| error.kind() == ErrorKind::MissingRequiredArgument;
            let required_by = flags_by_key
                .iter()
                .map(|(key, _)| *key)
                .filter(|_| is_missing(&error))
                .find(|key| !parse(Some(*key)).is_err_and(|error| is_missing(&error)));
            self.translate_clap_error(&mask_secrets(error), key_of, required_by)
        })
    }

    /// Rewords an error from building a load in terms of its keys, and adds the position of the key.
    pub(crate) fn translate_build_error(
        &self,
        command: &Command,
        flags: &BTreeMap<String, PlanFlagValue>,
        error: Error,
    ) -> Error {
        let key_of = |long: &str| self.key_of_long_flag(command, flags, long);
        let build_error = |message: &str| {
            let named = setting_names::plan_keys(message).into_iter();
            let key = named
                .filter_map(|key| key_of(&key.replace('_', "-")))
                .next();
            let path = self.key_path(key.as_deref().unwrap_or_default());
            let problem = SettingNames::PlanKeys.reword(message);
            Error::Usage(self.file.value_error(&path, problem).to_string())
        };
        match error {
            Error::InvalidValue {
                argument,
                value,
                problem,
            } => {
                let long = argument.trim_start_matches('-').split(' ').next();
                let long = long.unwrap_or_default();
                let key = key_of(long).unwrap_or_else(|| long.replace('-', "_"));
                let problem = SettingNames::PlanKeys.reword(&problem);
                self.value_error(&key, &format!("invalid value '{value}': {problem}"))
            }
            Error::InvalidExpression {
                context,
                diagnostic,
            } => {
                let diagnostic = self.file.redacted(*diagnostic);
                build_error(&(context + &caret::show(&diagnostic)))
            }
            Error::Usage(message) => build_error(&message),
            other => other,
        }
    }

    /// The given key for a long flag. It may be an alias.
    fn key_of_long_flag(
        &self,
        command: &Command,
        flags: &BTreeMap<String, PlanFlagValue>,
        long: &str,
    ) -> Option<String> {
        let is_named = |key: &&String| {
            self.find_flag(command, key)
                .is_ok_and(|arg| arg.get_long() == Some(long))
        };
        flags.keys().find(is_named).cloned()
    }

    /// Finds the flag for `key`.
    fn find_flag<'c>(&self, command: &'c Command, key: &str) -> Result<&'c Arg, Error> {
        let wanted = key.replace('_', "-");
        let flags = || {
            command
                .get_arguments()
                .filter(|arg| arg.get_long().is_some() && !arg.is_hide_set())
                .filter(|arg| !matches!(arg.get_action(), ArgAction::Help | ArgAction::Version))
        };
        let found = flags().find(|arg| flag_names(arg).any(|name| name == wanted));
        found.ok_or_else(|| {
            let known: Vec<String> = flags()
                .flat_map(flag_names)
                .map(|name| name.replace('-', "_"))
                .chain(self.extra_keys.iter().map(|key| (*key).to_owned()))
                .collect();
            let known = known.iter().map(String::as_str);
            let error =
                Diagnostic::unknown(0..0, "key", key, known).within(format!("in {}", self.subject));
            Error::from_plan_error(&self.file.key_error(&self.key_path(key), error))
        })
    }

    /// Resolves a relative path of a file against the folder of the plan.
    fn resolve_path(&self, arg: &Arg, text: &str) -> String {
        let name = value_name(arg);
        let file = match text.strip_prefix('@') {
            _ if name.contains("=@FILE") => split_field_path(text),
            _ if name.ends_with("=FILE") => split_feeder_path(text),
            Some(path) if name.contains("@FILE") => Some(("@", path)),
            None if matches!(name, "FILE" | "FILE[:PASSWORD]" | "RUN") => Some(("", text)),
            _ => None,
        };
        let Some((at, path)) = file else {
            return text.to_owned();
        };
        format!("{at}{}", self.folder.join(path).display())
    }

    fn key_path<'p>(&'p self, key: &'p str) -> Vec<PlanPathStep<'p>> {
        [self.path, &[PlanPathStep::Key(key)]].concat()
    }

    fn value_error(&self, key: &str, problem: &str) -> Error {
        let problem = format!("'{key}': {problem}");
        Error::from_plan_error(&self.file.value_error(&self.key_path(key), problem))
    }

    /// Rewords an error of clap in terms of the key. `required_by` is the key that requires a missing
    /// one.
    fn translate_clap_error(
        &self,
        error: &clap::Error,
        key_of: impl Fn(&str) -> Option<String>,
        required_by: Option<&str>,
    ) -> Error {
        let context = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.clone()),
            Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
            _ => None,
        };
        let argument = context(ContextKind::InvalidArg).unwrap_or_default();
        let long = argument.split([' ', '=']).next().unwrap_or_default();
        let key_named = |long: &str| match long.strip_prefix("--") {
            Some(long) => key_of(long).unwrap_or_else(|| long.replace('-', "_")),
            None => "target".into(),
        };
        let key = key_named(long);
        let value = context(ContextKind::InvalidValue).unwrap_or_default();
        let path = self.key_path(&key);
        let shown = self.file.shown_value(&path, &value);
        let problem = match error.kind() {
            ErrorKind::ValueValidation => {
                if let Some(found) = find_diagnostic(error) {
                    let error = self.file.invalid_value(&path, &value, found.clone());
                    return Error::from_plan_error(&error);
                }
                let source = error.source().map(ToString::to_string);
                let problem = SettingNames::PlanKeys.reword(&source.unwrap_or_default());
                format!("invalid value {shown}: {problem}")
            }
            ErrorKind::InvalidValue => {
                let valid = context(ContextKind::ValidValue).unwrap_or_default();
                format!("invalid value {shown}; expected one of {valid}")
            }
            ErrorKind::MissingRequiredArgument if argument.starts_with("--") => {
                let Some(by) = required_by else {
                    return self.value_error(&key, "missing");
                };
                let problem = format!("missing key '{key}', required by '{by}'");
                let error = Diagnostic::new(0..0, problem);
                let error = self.file.key_error(&self.key_path(by), error);
                return Error::from_plan_error(&error);
            }
            ErrorKind::MissingRequiredArgument => "missing (try target = \"http://HOST/\")".into(),
            ErrorKind::ArgumentConflict => {
                let other = context(ContextKind::PriorArg).unwrap_or_default();
                match key_named(other.split([' ', '=', ',']).next().unwrap_or_default()) {
                    other if other == key => "found several values; expected one".into(),
                    other => format!("cannot be combined with '{other}'"),
                }
            }
            ErrorKind::UnknownArgument => format!("{} does not take a target", self.subject),
            _ => {
                let text = error.to_string();
                let line = text.lines().next().unwrap_or_default();
                line.trim_start_matches("error: ").to_owned()
            }
        };
        self.value_error(&key, &problem)
    }
}

/// Finds the diagnostic among the sources of an error of clap.
fn find_diagnostic(error: &clap::Error) -> Option<&Diagnostic> {
    let mut next = error.source();
    while let Some(source) = next {
        if let Some(found) = source.downcast_ref() {
            return Some(found);
        }
        next = source.source();
    }
    None
}

/// Splits a form field before the path of its file: `name=@`, `FILE`.
///
/// A quote before the path belongs to the first part.
fn split_field_path(text: &str) -> Option<(&str, &str)> {
    let value = text.find('=')? + 1;
    let path = text[value..].strip_prefix(['@', '<'])?;
    let path = path.strip_prefix('"').unwrap_or(path);
    Some(text.split_at(text.len() - path.len()))
}

/// Splits a feeder before the path of its file: `name=`, `FILE,OPTIONS`.
fn split_feeder_path(text: &str) -> Option<(&str, &str)> {
    let path = text.find('=')? + 1;
    (!text[path..].is_empty()).then(|| text.split_at(path))
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

fn value_name(arg: &Arg) -> &str {
    let names = arg.get_value_names().and_then(|names| names.first());
    names.map_or("the value", |name| name.as_str())
}

fn flag_names(arg: &Arg) -> impl Iterator<Item = &str> {
    let aliases = arg.get_all_aliases().unwrap_or_default();
    arg.get_long().into_iter().chain(aliases)
}
