use std::collections::BTreeMap;
use std::error::Error as _;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};
use hammer_diagnostic::nearest;
use hammer_plan::{PlanFile, PlanPathStep, PlanSetting};

use crate::error::{Error, mask_secrets};

/// A table of a plan whose keys are the flags of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FlagTable<'a> {
    pub(crate) file: &'a PlanFile,
    /// The way to the table.
    pub(crate) path: &'a [PlanPathStep<'a>],
    /// What the flags are of, for a message.
    pub(crate) subject: &'a str,
    /// The keys of the table that are no flags.
    pub(crate) extra_keys: &'a [&'a str],
    /// What paths of files are relative to.
    pub(crate) folder: &'a Path,
}

impl FlagTable<'_> {
    /// What `command` makes of `flags`, and of `target` as its first positional argument.
    pub(crate) fn matches(
        &self,
        command: Command,
        flags: &BTreeMap<String, PlanSetting>,
        target: Option<&str>,
    ) -> Result<ArgMatches, Error> {
        let mut line = vec![];
        for (key, setting) in flags {
            let arg = self.find_flag(&command, key)?;
            let long = arg.get_long().unwrap_or_default();
            match (takes_value(arg), setting) {
                (false, PlanSetting::Flag(given)) => {
                    line.extend(given.then(|| format!("--{long}")));
                }
                (false, _) => {
                    return Err(self.value_error(key, "it is a flag; right would be true or false"));
                }
                (true, PlanSetting::Flag(_)) => {
                    let name = value_name(arg);
                    let right =
                        format!("it takes a value; right would be a text or a number for {name}");
                    return Err(self.value_error(key, &right));
                }
                (true, _) => line.extend(
                    setting
                        .texts()
                        .iter()
                        .map(|text| format!("--{long}={}", self.resolve_path(arg, text))),
                ),
            }
        }
        if let Some(target) = target {
            line.extend(["--".into(), target.into()]);
        }
        // Clap knows an argument by its long name, and the plan by its key.
        let key_of = |long: &str| {
            let named = |key: &&String| {
                self.find_flag(&command, key)
                    .is_ok_and(|arg| arg.get_long() == Some(long))
            };
            flags.keys().find(named).cloned()
        };
        let mut quiet = command.clone().no_binary_name(true).disable_help_flag(true);
        quiet
            .try_get_matches_from_mut(line)
            .map_err(|error| self.translate_clap_error(&mask_secrets(error), key_of))
    }

    /// The flag that `key` names.
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
                .chain(self.extra_keys.iter().map(|own| (*own).to_owned()))
                .collect();
            let right = match nearest(key, known.iter().map(String::as_str)) {
                Some(near) => format!("'{near}'"),
                None => known.join(", "),
            };
            let wrong = format!(
                "{} has no key '{key}'; right would be {right}",
                self.subject
            );
            let error = self.file.key_error(&self.key_path(key), wrong);
            Error::Usage(error.to_string())
        })
    }

    /// A file that is not named from the root lies beside the plan.
    fn resolve_path(&self, arg: &Arg, text: &str) -> String {
        let name = value_name(arg);
        let file = match text.strip_prefix('@') {
            _ if name.contains("=@FILE") => split_field_path(text),
            _ if name.ends_with("=FILE") => split_feeder_path(text),
            Some(path) if name.contains("@FILE") => Some(("@", path)),
            None if name == "FILE" => Some(("", text)),
            _ => None,
        };
        let Some((at, path)) = file else {
            return text.to_owned();
        };
        format!("{at}{}", self.folder.join(path).display())
    }

    fn key_path<'w>(&'w self, key: &'w str) -> Vec<PlanPathStep<'w>> {
        [self.path, &[PlanPathStep::Key(key)]].concat()
    }

    fn value_error(&self, key: &str, what: &str) -> Error {
        let wrong = format!("'{key}': {what}");
        Error::Usage(
            self.file
                .value_error(&self.key_path(key), wrong)
                .to_string(),
        )
    }

    /// What clap says of a flag, said of the key.
    fn translate_clap_error(
        &self,
        error: &clap::Error,
        key_of: impl Fn(&str) -> Option<String>,
    ) -> Error {
        let context = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.clone()),
            Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
            _ => None,
        };
        let argument = context(ContextKind::InvalidArg).unwrap_or_default();
        let long = argument.split([' ', '=']).next().unwrap_or_default();
        let key = match long.strip_prefix("--") {
            Some(long) => key_of(long).unwrap_or_else(|| long.replace('-', "_")),
            None => "target".into(),
        };
        let value = context(ContextKind::InvalidValue).unwrap_or_default();
        let what = match error.kind() {
            ErrorKind::ValueValidation => {
                let why = error.source().map(ToString::to_string);
                format!("invalid value '{value}': {}", why.unwrap_or_default())
            }
            ErrorKind::InvalidValue => {
                let right = context(ContextKind::ValidValue).unwrap_or_default();
                format!("invalid value '{value}'; right would be {right}")
            }
            ErrorKind::MissingRequiredArgument if argument.starts_with("--") => {
                format!(
                    "it is missing, and another key of {} needs it",
                    self.subject
                )
            }
            ErrorKind::MissingRequiredArgument => {
                "it is missing; right would be target = \"http://HOST/\"".into()
            }
            ErrorKind::ArgumentConflict if argument.starts_with(long) => {
                "it is given several times; right would be once".into()
            }
            ErrorKind::UnknownArgument => format!("{} takes no target", self.subject),
            _ => {
                let text = error.to_string();
                let line = text.lines().next().unwrap_or_default();
                line.trim_start_matches("error: ").to_owned()
            }
        };
        self.value_error(&key, &what)
    }
}

/// A field of a form up to its file, and the file: `name=@`, `FILE`; a quote belongs to the former.
fn split_field_path(text: &str) -> Option<(&str, &str)> {
    let value = text.find('=')? + 1;
    let path = text[value..].strip_prefix(['@', '<'])?;
    let path = path.strip_prefix('"').unwrap_or(path);
    Some(text.split_at(text.len() - path.len()))
}

/// A feeder up to its file, and the file: `name=`, `FILE`, with what stands behind a comma.
fn split_feeder_path(text: &str) -> Option<(&str, &str)> {
    let path = text.find('=')? + 1;
    (!text[path..].is_empty()).then(|| text.split_at(path))
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

fn value_name(arg: &Arg) -> &str {
    let names = arg.get_value_names().and_then(|names| names.first());
    names.map_or("a value", |name| name.as_str())
}

fn flag_names(arg: &Arg) -> impl Iterator<Item = &str> {
    let aliases = arg.get_all_aliases().unwrap_or_default();
    arg.get_long().into_iter().chain(aliases)
}
