//! The JSON of a plan's report, which is flat for a single load.

use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::PlanReport;
use crate::report::baseline_comparison::BaselineComparison;
use crate::report::replay_comparison::ReplayComparison;
use crate::report::report::Report;

/// The flat JSON of a single load.
#[derive(Serialize)]
struct SingleLoadJson<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    replay: Option<&'a ReplayComparison>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<&'a BaselineComparison>,
}

impl Serialize for PlanReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (replay, baseline) = (self.replay.as_ref(), self.baseline.as_ref());
        match self.single_load() {
            None => Self::serialize(self, serializer),
            Some(report) if replay.is_none() && baseline.is_none() => report.serialize(serializer),
            Some(report) => {
                let flat = SingleLoadJson {
                    report,
                    replay,
                    baseline,
                };
                flat.serialize(serializer)
            }
        }
    }
}

/// The keys that the JSON of a report lacks.
#[derive(Deserialize)]
struct PlanKeysJson {
    loads: Option<IgnoredAny>,
    replay: Option<ReplayComparison>,
    baseline: Option<BaselineComparison>,
}

/// Reads the report of a plan, or of a single load, which has no key `loads`.
///
/// The text is read again for each part, because a tree of values would take many times its size.
impl<'de> Deserialize<'de> for PlanReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        from_text(text.get()).map_err(|error| D::Error::custom(without_place(&error)))
    }
}

fn from_text(text: &str) -> serde_json::Result<PlanReport> {
    let PlanKeysJson {
        loads,
        replay,
        baseline,
    } = serde_json::from_str(text)?;
    if loads.is_some() {
        return PlanReport::deserialize(&mut serde_json::Deserializer::from_str(text));
    }
    let mut plan = PlanReport::from_single_load(serde_json::from_str(text)?);
    (plan.replay, plan.baseline) = (replay, baseline);
    Ok(plan)
}

/// The message without its line and column, which count from the start of the report.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&place).unwrap_or(&message).to_owned()
}
