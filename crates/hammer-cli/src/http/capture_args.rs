use clap::Args;
use hammer_http::{HttpBuilder, ResponseCapture};

use super::{check_flag, parse_value, placeholder_builder};

/// What slots keep of answers for their next hits.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Values")]
#[group(skip)]
pub(super) struct CaptureArgs {
    /// Keep a value of an answer for the slot's next hits, as {{WORD}}: json:/POINTER, header:NAME or
    /// regex:EXPRESSION; repeatable
    #[arg(long, value_name = "WORD=WHERE", value_parser = parse_capture, allow_hyphen_values = true)]
    capture: Vec<(String, ResponseCapture)>,
}

impl CaptureArgs {
    pub(super) fn apply(self, http: HttpBuilder) -> HttpBuilder {
        let captures = self.capture.into_iter();
        captures.fold(http, |http, (word, capture)| http.capture(word, capture))
    }
}

fn parse_capture(text: &str) -> Result<(String, ResponseCapture), String> {
    let right = "has no word; right would be token=json:/token";
    let (word, place) = text.split_once('=').ok_or(right)?;
    let capture: ResponseCapture = parse_value(place)?;
    let words = hammer_data::TemplateScope::new();
    check_flag(
        placeholder_builder()
            .template_scope(words)
            .capture(word, capture.clone()),
    )?;
    Ok((word.to_owned(), capture))
}
