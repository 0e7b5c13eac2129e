//! The scope of a threshold: a load, a stage, a group, or a part of a load.

use super::Measurements;
use super::text_slice::{TextSlice, ThresholdParseResult, collapse_whitespace};

/// The part of a run that a threshold applies to: `[checkout]`, `[stage 2]`,
/// `[checkout, stage 100..1000/5m]`, `[items]`, `[checkout, items]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThresholdScope {
    /// The load, or the group if there is no load of that name.
    pub(crate) load: Option<String>,
    /// The group of the load.
    pub(crate) group: Option<String>,
    pub(crate) stage: Option<StageSelector>,
    /// The text between the brackets, which may be the name of a group with a comma.
    pub(crate) text: String,
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
    /// Returns the name of the load, or of the group of the only load, if the scope has one.
    #[must_use]
    pub fn load(&self) -> Option<&str> {
        self.load.as_deref()
    }

    /// Returns the stage, if the scope has one.
    #[must_use]
    pub fn stage(&self) -> Option<&StageSelector> {
        self.stage.as_ref()
    }

    /// Returns the name of the group after that of the load, if the scope has one.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// Returns true if the scope may be that of a group with this name.
    pub(crate) fn can_select_group(&self, name: &str) -> bool {
        self.text == name || self.group.as_deref() == Some(name)
    }

    /// Calls `measure_part` with the measurements in this scope, if they exist.
    pub(crate) fn measure<T>(
        &self,
        whole: &dyn Measurements,
        measure_part: impl Fn(&dyn Measurements) -> Option<T>,
    ) -> Option<T> {
        let load = match &self.load {
            Some(name) => whole.load(name),
            None => Some(whole),
        };
        let group = || measure_part(&*whole.group(&self.text)?);
        match (load, &self.group, &self.stage) {
            (None, _, None) => group(),
            (None, _, Some(_)) => None,
            (Some(load), None, None) => measure_part(load),
            (Some(load), None, Some(stage)) => measure_part(&*load.stage(stage)?),
            (Some(load), Some(name), _) => match load.group(name) {
                Some(part) => measure_part(&*part),
                None => group(),
            },
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
    let (load, group, stage) = match strip_stage_keyword(inside) {
        Some(stage) => (None, None, Some(stage)),
        None => match inside.text.find(',') {
            Some(comma) => {
                let (load, part) = inside.split_at(comma);
                let part = part.split_at(1).1.trim();
                match strip_stage_keyword(part) {
                    Some(stage) => (Some(load.trim()), None, Some(stage)),
                    None => (Some(load.trim()), Some(part), None),
                }
            }
            None => (Some(inside), None, None),
        },
    };
    if load.is_some_and(|load| load.text.is_empty()) {
        return inside.error(
            "missing load, group or stage",
            "a scope such as [checkout] or [stage 2]",
        );
    }
    if let Some(group) = group.filter(|group| group.text.is_empty()) {
        return group.error(
            "missing stage or group after the comma",
            "a scope such as [checkout, stage 2] or [checkout, items]",
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
    let collapsed = |part: TextSlice<'_>| collapse_whitespace(part.text);
    let (load, group) = (load.map(collapsed), group.map(collapsed));
    let condition = condition.trim();
    if condition.text.is_empty() {
        return condition.error("missing condition", "a condition such as p99 < 250ms");
    }
    let scope = ThresholdScope {
        load,
        group,
        stage,
        text: collapsed(inside),
    };
    Ok((scope, condition))
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
