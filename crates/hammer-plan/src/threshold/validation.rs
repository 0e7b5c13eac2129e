use std::ops::Range;

use hammer_core::Shape;

use super::text_slice::ThresholdResult;
use super::{StageSelector, Threshold, ThresholdError, ThresholdScope};
use crate::nearest;

/// A load by its name, and how its rate changes.
type NamedShape<'a> = (&'a str, &'a Shape);

impl Threshold {
    /// Whether `loads`, by their names and shapes, have what it looks at. One that is `live` is
    /// looked at while they run, when the stages are not told apart yet.
    ///
    /// # Errors
    ///
    /// If they do not. The [place](ThresholdError::place) is one in the threshold as it is shown.
    pub fn validate(&self, loads: &[NamedShape<'_>], during_run: bool) -> ThresholdResult<()> {
        let of = match self.scope().and_then(ThresholdScope::load) {
            Some(name) => self.find_load(name, loads)?,
            None => loads,
        };
        if let Some(stage) = self.scope().and_then(ThresholdScope::stage) {
            self.validate_stage(stage, loads, of, during_run)?;
        }
        if self.needs_requested_rate() && of.iter().any(|(_, shape)| shape.is_closed_loop()) {
            let start = self.condition_span().start;
            let place = start..start + "achieved".len();
            let wrong = "a closed loop has no rate to achieve";
            return Err(ThresholdError::new(
                place,
                wrong,
                "rate, in hits per second",
            ));
        }
        Ok(())
    }

    fn find_load<'l, 'a>(
        &self,
        name: &str,
        loads: &'l [NamedShape<'a>],
    ) -> ThresholdResult<&'l [NamedShape<'a>]> {
        if let [(_, shape)] = loads {
            let without = if shape.stages().len() < 2 {
                ", without stages"
            } else {
                ""
            };
            return self.scope_error(
                &format!("there is one load here{without}"),
                self.without_scope(),
            );
        }
        if let Some(index) = loads.iter().position(|(known, _)| *known == name) {
            return Ok(&loads[index..=index]);
        }
        let known: Vec<&str> = loads.iter().map(|(name, _)| *name).collect();
        let near = nearest(name, known.iter().copied()).map(str::to_owned);
        let right = near.unwrap_or_else(|| known.join(", "));
        let at = self.text.find(name).unwrap_or_default();
        let place = at..at + name.len();
        Err(ThresholdError::new(place, "no load has this name", right))
    }

    fn validate_stage(
        &self,
        stage: &StageSelector,
        loads: &[NamedShape<'_>],
        of: &[NamedShape<'_>],
        live: bool,
    ) -> ThresholdResult<()> {
        let [(_, shape)] = of else {
            let first = loads.first().map_or("checkout", |(name, _)| name);
            let right = format!("[{first}, {}", &self.text[1..]);
            return self.scope_error("it does not say of which load", &right);
        };
        let stages = shape.stages();
        if stages.len() < 2 {
            let one = if loads.len() < 2 {
                "there is one load here, without stages"
            } else {
                "the load has no stages"
            };
            return self.scope_error(one, self.without_scope());
        }
        if live {
            let right = "the same without it, or as what must hold at the end";
            return self.scope_error("a stage is looked at when the run is over", right);
        }
        let known = match stage {
            StageSelector::Number(number) => *number <= stages.len() as u64,
            StageSelector::Rate(rate) => stages.iter().any(|stage| stage.to_string() == *rate),
        };
        if !known {
            let right = format!("[stage 1] to [stage {}]", stages.len());
            return self.scope_error("there is no such stage", &right);
        }
        if !self.supports_stages() {
            let right = "response, service, rate, achieved, or hits by verdict";
            let wrong = "stages have no such figure";
            return Err(ThresholdError::new(self.condition_span(), wrong, right));
        }
        Ok(())
    }

    fn scope_error<T>(&self, wrong: &str, right: &str) -> ThresholdResult<T> {
        Err(ThresholdError::new(0..self.scope_end(), wrong, right))
    }

    fn scope_end(&self) -> usize {
        let bracket = self.scope().and_then(|_| self.text.find(']'));
        bracket.map_or(0, |at| at + 1)
    }

    fn without_scope(&self) -> &str {
        self.text[self.scope_end()..].trim_start()
    }

    /// Where the figure, the operator and the bound stand.
    fn condition_span(&self) -> Range<usize> {
        self.text.len() - self.without_scope().len()..self.text.len()
    }
}
