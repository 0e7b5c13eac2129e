//! Errors of the command, and their messages.

use std::borrow::Cow;
use std::error;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use hammer_diagnostic::{Diagnostic, chain, excerpt, mask_url};
use hammer_plan::{PlanError, SubstitutedVariables};

use crate::args::caret;
use crate::command_exit::CommandExit;
use crate::command_line::ValuePrivacy;
use crate::setting_names::SettingNames;
use crate::text::sanitize;

/// An error that ends the command, with its message for stderr.
///
/// Messages of libraries name settings in backquotes. They become flags when the error is printed,
/// unless a plan has named its keys before.
#[derive(Debug)]
pub(crate) enum Error {
    /// Reported and printed by clap; includes `--help` and `--version`.
    Clap(clap::Error),
    /// The arguments are invalid.
    Usage(String),
    /// An expression in an argument is invalid, such as a template.
    InvalidExpression {
        /// The beginning of the message, up to the diagnostic.
        context: String,
        diagnostic: Box<Diagnostic>,
    },
    /// The value of an argument is invalid.
    InvalidValue {
        /// The argument as clap shows it: `--sni <NAME>`.
        argument: String,
        value: String,
        problem: String,
    },
    /// The arguments are valid, but the run failed.
    Run(String),
}

impl Error {
    /// Reports an invalid value in the form that clap uses.
    pub(crate) fn invalid_value(
        argument: &str,
        value: &str,
        problem: impl std::fmt::Display,
    ) -> Self {
        Self::InvalidValue {
            argument: argument.to_owned(),
            value: value.to_owned(),
            problem: problem.to_string(),
        }
    }

    /// Reports an error in a plan, with carets if it is about an expression.
    pub(crate) fn from_plan_error(error: &PlanError) -> Self {
        Self::Usage(format!(
            "{}: {}",
            error.place(),
            caret::show(error.diagnostic())
        ))
    }

    /// Reports that the arguments make no hammer. An expression that is wrong is shown with carets, if
    /// its text is known, and ends the message.
    pub(crate) fn from_build_error(hammer: &str, error: &(dyn error::Error + 'static)) -> Self {
        let mut context = format!("failed to build the {hammer} hammer");
        let mut next = Some(error);
        while let Some(error) = next {
            context.push_str(": ");
            if let Some(diagnostic) = error.downcast_ref::<Diagnostic>() {
                let diagnostic = Box::new(diagnostic.clone());
                return Self::InvalidExpression {
                    context,
                    diagnostic,
                };
            }
            context.push_str(&error.to_string());
            next = error.source();
        }
        Self::Usage(sanitize(&context))
    }

    /// Reports that a run ended without a report. If the hammer failed to prepare, only its own
    /// reason is shown.
    pub(crate) fn from_run_error(error: &hammer_core::Error, names: SettingNames) -> Self {
        let message = match (error.kind(), error::Error::source(error)) {
            (hammer_core::ErrorKind::PrepareFailed, Some(reason)) => {
                format!("failed to start: {}", chain(reason))
            }
            _ => format!("failed to run: {}", chain(error)),
        };
        Self::Run(names.reword(&message))
    }

    /// Names the settings in a message of a library, unless they have names.
    pub(crate) fn worded_as(self, names: SettingNames) -> Self {
        match self {
            Self::Usage(message) => Self::Usage(names.reword(&message)),
            other => other,
        }
    }

    /// Masks the values of environment variables that a plan uses.
    pub(crate) fn masked(self, variables: &SubstitutedVariables) -> Self {
        match self {
            Self::Clap(error) => Self::Clap(error),
            Self::Run(message) => Self::Run(variables.mask(message)),
            usage => Self::Usage(variables.mask(usage.message())),
        }
    }

    pub(crate) fn exit(&self) -> CommandExit {
        match self {
            Self::Clap(error) if !error.use_stderr() => CommandExit::OK,
            Self::Clap(_)
            | Self::Usage(_)
            | Self::InvalidExpression { .. }
            | Self::InvalidValue { .. } => CommandExit::USAGE,
            Self::Run(_) => CommandExit::FAILED,
        }
    }

    /// The message with flags. Clap's own errors are left to clap.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Clap(error) => error.to_string(),
            Self::Usage(message) | Self::Run(message) => SettingNames::Flags.reword(message),
            Self::InvalidExpression {
                context,
                diagnostic,
            } => {
                let context = sanitize(context);
                SettingNames::Flags.reword(&format!("{context}{}", caret::show(diagnostic)))
            }
            Self::InvalidValue {
                argument,
                value,
                problem,
            } => {
                let problem = SettingNames::Flags.reword(problem);
                let value = excerpt(&mask_if_url(value));
                format!("invalid value {value} for '{argument}': {problem}")
            }
        }
    }
}

impl From<clap::Error> for Error {
    fn from(error: clap::Error) -> Self {
        let error = shorten_value(mask_secrets(error));
        named_by_library(&error).unwrap_or(Self::Clap(error))
    }
}

/// An error of clap about a value whose problem was found by a library, which may name settings.
fn named_by_library(error: &clap::Error) -> Option<Error> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    };
    let problem = error::Error::source(error)?.to_string();
    if error.kind() != ErrorKind::ValueValidation || !problem.contains('`') {
        return None;
    }
    let (argument, value) = (
        text(ContextKind::InvalidArg)?,
        text(ContextKind::InvalidValue)?,
    );
    Some(Error::invalid_value(argument, value, problem))
}

/// Shortens the invalid value in an error of clap, and escapes its control characters.
fn shorten_value(mut error: clap::Error) -> clap::Error {
    if let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) {
        let quoted = excerpt(value);
        let shown = quoted[1..quoted.len() - 1].to_owned();
        error.insert(ContextKind::InvalidValue, ContextValue::String(shown));
    }
    error
}

/// The privacy of the values of an argument that is shown as `--user <USER:PASSWORD>` or `[URL]`.
fn value_privacy(argument: &str) -> ValuePrivacy {
    let name = argument.split_once(['<', '[']).map(|(_, name)| name);
    let name = name.map_or(argument, |name| name.trim_end_matches(['.', '>', ']']));
    // `[:PASSWORD]` ends with a bracket of its own.
    match name.contains('[') {
        true => ValuePrivacy::of_value_name(&format!("{name}]")),
        false => ValuePrivacy::of_value_name(name),
    }
}

/// Masks the secrets of a URL that was given in place of another value, such as a number.
fn mask_if_url(text: &str) -> Cow<'_, str> {
    if text.contains("://") {
        mask_url(text).into()
    } else {
        text.into()
    }
}

/// Masks the invalid value in an error of clap if it may be a secret, and secrets of URLs.
pub(crate) fn mask_secrets(mut error: clap::Error) -> clap::Error {
    let text = |error: &clap::Error, kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let argument = text(&error, ContextKind::InvalidArg).unwrap_or_default();
    if let Cow::Owned(shown) = mask_if_url(&argument) {
        error.insert(ContextKind::InvalidArg, ContextValue::String(shown));
    }
    let privacy = value_privacy(&argument);
    let shown = match text(&error, ContextKind::InvalidValue) {
        Some(value) if privacy == ValuePrivacy::Url => mask_url(&value),
        Some(value) if privacy.hides_invalid(&value) => "***".to_owned(),
        Some(value) => mask_if_url(&value).into_owned(),
        _ => return error,
    };
    error.insert(ContextKind::InvalidValue, ContextValue::String(shown));
    error
}
