//! The scope of a threshold: a load, a stage, or a stage of a load.

use hammer_diagnostic::excerpt;

use super::Measurements;
use super::text_slice::{TextSlice, ThresholdParseResult, collapse_whitespace};

/// The load and stage of a threshold: `[checkout]`, `[stage 2]`, `[checkout, stage 100..1000/5m]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThresholdScope {
    pub(crate) load: Option<String>,
    pub(crate) stage: Option<StageSelector>,
}

/// The name of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StageSelector {
    /// Its number, from 1.
    Number(u64),
    /// Its rate, as written in the shape.
    Rate(String),
}

impl ThresholdScope {
    /// Returns the name of the load, if the scope has one.
    #[must_use]
    pub fn load(&self) -> Option<&str> {
        self.load.as_deref()
    }

    /// Returns the stage, if the scope has one.
    #[must_use]
    pub fn stage(&self) -> Option<&StageSelector> {
        self.stage.as_ref()
    }

    /// Calls `measure_part` with the measurements in this scope, if they exist.
    pub(crate) fn measure<T>(
        &self,
        whole: &dyn Measurements,
        measure_part: impl Fn(&dyn Measurements) -> Option<T>,
    ) -> Option<T> {
        let load = match &self.load {
            Some(name) => whole.load(name)?,
            None => whole,
        };
        match &self.stage {
            Some(stage) => measure_part(&*load.stage(stage)?),
            None => measure_part(load),
        }
    }
}

/// Parses the brackets at the start of `whole`. Returns the scope and the condition after it.
pub(crate) fn parse(whole: TextSlice<'_>) -> ThresholdParseResult<(ThresholdScope, TextSlice<'_>)> {
    let Some((inside, condition)) = whole.split_once(']') else {
        return whole.error(
            "unclosed bracket",
            "']' after the scope, as in [checkout] p99 < 1s",
        );
    };
    let inside = inside.split_at(1).1.trim();
    let (load, stage) = match strip_stage_keyword(inside) {
        Some(stage) => (None, Some(stage)),
        None => match inside.text.find(',') {
            Some(comma) => {
                let (load, stage) = inside.split_at(comma);
                let stage = stage.split_at(1).1.trim();
                let Some(name) = strip_stage_keyword(stage) else {
                    let problem = format!("{} is not a stage", excerpt(stage.text));
                    return stage.error(problem, "a stage, as in [checkout, stage 2]");
                };
                (Some(load.trim()), Some(name))
            }
            None => (Some(inside), None),
        },
    };
    if load.is_some_and(|load| load.text.is_empty()) {
        return inside.error(
            "missing load or stage",
            "a scope such as [checkout] or [stage 2]",
        );
    }
    let stage = match stage {
        None => None,
        Some(name) if name.text.is_empty() => {
            return name.error("missing stage number", "a stage such as [stage 2]");
        }
        Some(name) if name.text.bytes().all(|b| b.is_ascii_digit()) => {
            match name.text.parse::<u64>() {
                Ok(number) if number > 0 => Some(StageSelector::Number(number)),
                Ok(_) => return name.error("stages count from 1", "1 or more"),
                Err(_) => {
                    return name.error("the stage number is too large", "a smaller number");
                }
            }
        }
        Some(name) => Some(StageSelector::Rate(collapse_whitespace(name.text))),
    };
    let load = load.map(|load| collapse_whitespace(load.text));
    let condition = condition.trim();
    if condition.text.is_empty() {
        return condition.error("missing condition", "a condition such as p99 < 250ms");
    }
    Ok((ThresholdScope { load, stage }, condition))
}

/// Returns the text after the word `stage`.
fn strip_stage_keyword(part: TextSlice<'_>) -> Option<TextSlice<'_>> {
    let rest = part.text.strip_prefix("stage")?;
    if rest.is_empty() || rest.starts_with(char::is_whitespace) {
        let (_, rest) = part.split_at(part.text.len() - rest.len());
        return Some(rest.trim());
    }
    None
}
