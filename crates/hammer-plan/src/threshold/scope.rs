use super::Measurements;
use super::text_slice::{TextSlice, ThresholdResult, collapse_whitespace};

/// Which load, and which of its stages: `[checkout]`, `[stage 2]`, `[checkout, stage 100..1000/5m]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThresholdScope {
    pub(crate) load: Option<String>,
    pub(crate) stage: Option<StageSelector>,
}

/// How a stage is told from the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StageSelector {
    /// By its number, from 1.
    Number(u64),
    /// By its rate, as it was written.
    Rate(String),
}

impl ThresholdScope {
    /// The name of the load, if it names one.
    #[must_use]
    pub fn load(&self) -> Option<&str> {
        self.load.as_deref()
    }

    /// The stage, if it names one.
    #[must_use]
    pub fn stage(&self) -> Option<&StageSelector> {
        self.stage.as_ref()
    }

    /// What `look` sees in the part that is meant, if there is one.
    pub(crate) fn measure<T>(
        &self,
        whole: &dyn Measurements,
        look: impl Fn(&dyn Measurements) -> Option<T>,
    ) -> Option<T> {
        let load = match &self.load {
            Some(name) => whole.load(name)?,
            None => whole,
        };
        match &self.stage {
            Some(stage) => look(&*load.stage(stage)?),
            None => look(load),
        }
    }
}

/// Reads the brackets that `whole` begins with; gives what stands behind them as well.
pub(crate) fn parse(whole: TextSlice<'_>) -> ThresholdResult<(ThresholdScope, TextSlice<'_>)> {
    let Some((inside, condition)) = whole.split_once(']') else {
        return whole.error("the bracket is not closed", "[checkout] p99 < 1s");
    };
    let inside = inside.split_at(1).1.trim();
    let (load, stage) = match strip_stage_keyword(inside) {
        Some(stage) => (None, Some(stage)),
        None => match inside.text.find(',') {
            Some(comma) => {
                let (load, stage) = inside.split_at(comma);
                let stage = stage.split_at(1).1.trim();
                let Some(name) = strip_stage_keyword(stage) else {
                    return stage.error("behind a load stands a stage", "[checkout, stage 2]");
                };
                (Some(load.trim()), Some(name))
            }
            None => (Some(inside), None),
        },
    };
    if load.is_some_and(|load| load.text.is_empty()) {
        return inside.error(
            "there is no name in the brackets",
            "[checkout] or [stage 2]",
        );
    }
    let stage = match stage {
        None => None,
        Some(name) if name.text.is_empty() => {
            return name.error("the stage has no number", "[stage 2]");
        }
        Some(name) if name.text.bytes().all(|b| b.is_ascii_digit()) => {
            match name.text.parse::<u64>() {
                Ok(number) if number > 0 => Some(StageSelector::Number(number)),
                Ok(_) => return name.error("stages count from 1", "1"),
                Err(_) => return name.error("there are not that many stages", "2"),
            }
        }
        Some(name) => Some(StageSelector::Rate(collapse_whitespace(name.text))),
    };
    let load = load.map(|load| collapse_whitespace(load.text));
    let condition = condition.trim();
    if condition.text.is_empty() {
        return condition.error("there is no condition", "p99 < 250ms");
    }
    Ok((ThresholdScope { load, stage }, condition))
}

/// What stands behind the word `stage`.
fn strip_stage_keyword(part: TextSlice<'_>) -> Option<TextSlice<'_>> {
    let rest = part.text.strip_prefix("stage")?;
    if rest.is_empty() || rest.starts_with(char::is_whitespace) {
        let (_, rest) = part.split_at(part.text.len() - rest.len());
        return Some(rest.trim());
    }
    None
}
