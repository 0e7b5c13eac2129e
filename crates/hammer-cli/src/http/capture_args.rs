//! Flags for values captured from responses.

use clap::Args;
use hammer_http::{HttpBuilder, ResponseCapture};

use super::target_bound::TargetBound;
use super::{check_flag, parse_value, placeholder_builder};

/// Flags for values captured from responses.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Values")]
#[group(skip)]
pub(super) struct CaptureArgs {
    /// Capture a value of the response as {{VARIABLE}}; repeatable
    ///
    /// SOURCE is json:/POINTER, header:NAME or regex:EXPRESSION. The value is available to the next
    /// hits of the slot. With --targets, '[NAME] VARIABLE=SOURCE' captures only from the
    /// targets of that name.
    #[arg(long, value_name = "VARIABLE=SOURCE", allow_hyphen_values = true)]
    #[arg(value_parser = |text: &str| TargetBound::parse(text, parse_capture))]
    capture: Vec<TargetBound<(String, ResponseCapture)>>,
}

impl CaptureArgs {
    /// Adds the captures; `targets` are the names of the targets.
    pub(super) fn apply(self, http: HttpBuilder, targets: &[String]) -> HttpBuilder {
        self.capture.into_iter().fold(http, |http, capture| {
            capture.apply(http, targets, |rules, (variable, capture)| {
                rules.capture(variable, capture)
            })
        })
    }
}

fn parse_capture(text: &str) -> Result<(String, ResponseCapture), String> {
    let expected = "expected VARIABLE=SOURCE, such as token=json:/token";
    let (variable, source) = text.split_once('=').ok_or(expected)?;
    let capture: ResponseCapture = parse_value(source)?;
    let scope = hammer_data::TemplateScope::new();
    check_flag(
        placeholder_builder()
            .template_scope(scope)
            .capture(variable, capture.clone()),
    )?;
    Ok((variable.to_owned(), capture))
}
