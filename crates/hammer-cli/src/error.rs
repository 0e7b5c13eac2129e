use std::error;

use clap::error::{ContextKind, ContextValue};
use hammer_data::TemplateError;
use hammer_http::mask_url;
use hammer_plan::PlanError;

use crate::caret;
use crate::command_exit::CommandExit;

/// Why the command ends early: the message for stderr and the exit code.
#[derive(Debug)]
pub(crate) enum Error {
    /// Clap's, printed by clap, which also covers `--help` and `--version`.
    Clap(clap::Error),
    /// The arguments are wrong.
    Usage(String),
    /// The arguments are right, but the run could not be made.
    Run(String),
}

impl Error {
    /// In clap's words: which argument, which value, what is wrong, what would be right.
    pub(crate) fn invalid_value(
        argument: &str,
        value: &str,
        wrong: impl std::fmt::Display,
    ) -> Self {
        Self::Usage(format!("invalid value '{value}' for '{argument}': {wrong}"))
    }

    /// What is wrong with a plan; a threshold of it is shown with carets.
    pub(crate) fn from_plan_error(error: &PlanError) -> Self {
        Self::Usage(match error.threshold() {
            Some((text, wrong)) => {
                let right = format!("right would be {}", wrong.expected());
                let shown = caret::underline(text, wrong.span(), &right);
                format!("{}\n\n{shown}", error.problem())
            }
            None => error.to_string(),
        })
    }

    pub(crate) fn exit(&self) -> CommandExit {
        match self {
            Self::Clap(error) if !error.use_stderr() => CommandExit::OK,
            Self::Clap(_) | Self::Usage(_) => CommandExit::USAGE,
            Self::Run(_) => CommandExit::FAILED,
        }
    }
}

impl From<clap::Error> for Error {
    fn from(error: clap::Error) -> Self {
        Self::Clap(mask_secrets(error))
    }
}

/// What the values of flags are called that may be secrets.
const SECRET_VALUE_NAMES: [&str; 6] = ["PASSWORD", "LOGIN", "TOKEN", "COOKIES", "HEADER", "NAME="];

/// Clap shows the value that it can't take, and that may have a password in it.
pub(crate) fn mask_secrets(mut error: clap::Error) -> clap::Error {
    let text = |error: &clap::Error, kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let argument = text(&error, ContextKind::InvalidArg).unwrap_or_default();
    let shown = match text(&error, ContextKind::InvalidValue) {
        Some(value) if argument.contains("URL") => mask_url(&value),
        Some(_)
            if SECRET_VALUE_NAMES
                .iter()
                .any(|secret| argument.contains(secret)) =>
        {
            "***".to_owned()
        }
        _ => return error,
    };
    error.insert(ContextKind::InvalidValue, ContextValue::String(shown));
    error
}

/// An error and its sources in one line; what is wrong with a template with carets below.
pub(crate) fn error_with_excerpt(error: &(dyn error::Error + 'static)) -> String {
    let mut line = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let template = error.downcast_ref::<TemplateError>();
        if let Some((template, text)) = template.and_then(|found| Some((found, found.text()?))) {
            let right = format!("right would be {}", template.expected());
            let shown = caret::underline(text, template.span(), &right);
            return format!("{line}{}\n\n{shown}", template.problem());
        }
        line.push_str(&error.to_string());
        next = error.source();
        if next.is_some() {
            line.push_str(": ");
        }
    }
    line
}
