use std::ops::Range;

use hammer_core::Shape;
use hammer_plan::{Scope, StageName, Threshold, nearest};

use crate::caret;

/// Whether `loads` have what `threshold` looks at, or what is wrong, with carets. One that is `live`
/// is looked at while they run, when the stages are not told apart yet.
pub(crate) fn check(
    threshold: &Threshold,
    loads: &[(&str, &Shape)],
    live: bool,
) -> Result<(), String> {
    let text = threshold.to_string();
    let scope = threshold.scope();
    let behind = scope.map_or(0, |_| text.find(']').map_or(text.len(), |at| at + 1));
    let condition = text[behind..].trim();
    let start = text.len() - condition.len();
    let wrong = |wrong: &str, place: Range<usize>, right: &str| {
        let shown = caret::under(&text, place, &format!("right would be {right}"));
        Err(format!("{wrong}\n\n{shown}"))
    };
    let (load, stage) = (scope.and_then(Scope::load), scope.and_then(Scope::stage));
    let of = match (load, loads) {
        (Some(_), [(_, shape)]) => {
            let without = if shape.stages().len() < 2 {
                ", without stages"
            } else {
                ""
            };
            return wrong(
                &format!("there is one load here{without}"),
                0..behind,
                condition,
            );
        }
        (Some(name), _) => match loads.iter().position(|(known, _)| *known == name) {
            Some(index) => &loads[index..=index],
            None => {
                let known: Vec<&str> = loads.iter().map(|(name, _)| *name).collect();
                let near = nearest(name, known.iter().copied()).map(str::to_owned);
                let right = near.unwrap_or_else(|| known.join(", "));
                let at = text.find(name).unwrap_or_default();
                return wrong("no load has this name", at..at + name.len(), &right);
            }
        },
        (None, _) => loads,
    };
    if let Some(stage) = stage {
        let [(_, shape)] = of else {
            let right = format!("[{}, {}", loads[0].0, &text[1..]);
            return wrong("it does not say of which load", 0..behind, &right);
        };
        let stages = shape.stages();
        if stages.len() < 2 {
            let one = if loads.len() < 2 {
                "there is one load here, without stages"
            } else {
                "the load has no stages"
            };
            return wrong(one, 0..behind, condition);
        }
        if live {
            let right = "the same without it, or --assert";
            return wrong(
                "a stage is looked at when the run is over",
                0..behind,
                right,
            );
        }
        let known = match stage {
            StageName::Number(number) => *number <= stages.len() as u64,
            StageName::Rate(rate) => stages.iter().any(|stage| stage.to_string() == *rate),
        };
        if !known {
            let right = format!("[stage 1] to [stage {}]", stages.len());
            return wrong("there is no such stage", 0..behind, &right);
        }
        if !threshold.fits_a_stage() {
            let right = "response, service, rate, achieved, or hits by verdict";
            return wrong("stages have no such figure", start..text.len(), right);
        }
    }
    if threshold.needs_requested_rate() && of.iter().any(|(_, shape)| shape.is_max()) {
        let right = "rate, in hits per second";
        let place = start..start + "achieved".len();
        return wrong("a closed loop has no rate to achieve", place, right);
    }
    Ok(())
}
