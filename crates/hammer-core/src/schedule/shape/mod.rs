//! Shapes: rates that change during a run, and the language of `-r`.

mod fractional_hits;
mod parse;
mod rate_or_zero;
mod stage;
mod term;

use std::fmt;
use std::time::Duration;

use crate::schedule::duration_text::DurationDisplay;
use crate::schedule::rate::Rate;

pub(crate) use fractional_hits::FractionalHits;
use rate_or_zero::RateOrZero;
pub use stage::Stage;
use stage::StageForm;
use term::ShapeTerm;

/// The maximum number of stages of a shape.
const MAX_STAGES: usize = 256;

/// The rate of a schedule, which can change during a run.
///
/// | expression | meaning |
/// |---|---|
/// | `100`, `2.5/s`, `600/m`, `10k` | a constant rate |
/// | `100/s/30s` | a constant rate for 30 s |
/// | `100..1000/5m` | a linear ramp from one rate to the other |
/// | `steps(100..1000, 10, 30s)` | ten levels of 30 s each, including both ends |
/// | `sine(500, 200, 60s)/10m` | a sine: mean, amplitude, period |
/// | `spike(100, 5000, 10s)/2m` | a spike in the middle: base, peak, duration of the spike |
/// | `0..500/1m, 500/5m, 500..0/1m` | stages one after the other |
/// | `max`, `max/30s` | no rate: as fast as the slots allow, a closed loop |
///
/// A number can end in `k` or `M` for thousands and millions. It can have up to nine digits after
/// the point, eight with `/m` and six with `/h`. A rate has the units `/s`, `/m` and `/h`, which
/// begin with a letter. A duration begins with a digit, so `600/m/5m` is 600 hits per minute for
/// five minutes. A rate that is the only stage needs its unit before a duration: `1/10s` alone is
/// refused, since it could also mean one hit in ten seconds, which is `6/m`. `100/1s` alone is
/// `100/s`. Durations are written `250ms`, `30s`, `1h30m` or `2d`. Only the last stage can
/// lack a duration. A stage of rate 0 is a pause. Each step is a [stage](Stage), and a spike has
/// three stages. The report lists stages separately.
///
/// No rate is above 10⁹/s. No shape is longer than 366 days or has more than 256 stages.
///
/// ```
/// use std::time::Duration;
/// use hammer_core::Shape;
///
/// let shape: Shape = "100..1000/10s".parse()?;
/// assert_eq!(shape.hit_count(), Some(5500));
/// assert_eq!(shape.duration(), Some(Duration::from_secs(10)));
/// assert_eq!("100..10x0/5m".parse::<Shape>().unwrap_err().position(), 5..9);
/// # Ok::<(), hammer_core::Diagnostic>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    terms: Vec<ShapeTerm>,
    /// Empty for a closed loop.
    stages: Vec<Stage>,
    /// The duration of a closed loop, in nanoseconds.
    closed_loop_nanos: Option<u64>,
}

impl Shape {
    /// Creates a constant rate without an end.
    #[must_use]
    pub fn constant(rate: Rate) -> Self {
        Self::from_terms(vec![ShapeTerm::Stage(
            StageForm::Constant(rate.into()),
            None,
        )])
    }

    /// Creates a closed loop: as fast as the slots allow.
    #[must_use]
    pub fn closed_loop() -> Self {
        Self::closed_loop_for(None)
    }

    fn closed_loop_for(length: Option<u64>) -> Self {
        Self {
            terms: vec![],
            stages: vec![],
            closed_loop_nanos: length,
        }
    }

    fn from_terms(terms: Vec<ShapeTerm>) -> Self {
        let mut stages = vec![];
        let (mut start, mut start_count) = (0, FractionalHits::ZERO);
        for (form, length) in terms.iter().flat_map(ShapeTerm::stages) {
            let mut stage = Stage {
                form,
                start,
                length,
                start_count,
                end_count: FractionalHits::MAX,
            };
            if form == StageForm::Constant(RateOrZero::ZERO) {
                stage.end_count = start_count;
            }
            if let Some(length) = length {
                stage.end_count = start_count + stage.integral(length);
                (start, start_count) = (start + length, stage.end_count);
            }
            stages.push(stage);
        }
        Self {
            terms,
            stages,
            closed_loop_nanos: None,
        }
    }

    /// Returns true for a closed loop (`max`).
    #[must_use]
    pub fn is_closed_loop(&self) -> bool {
        self.stages.is_empty()
    }

    /// The rate, or `None` if it changes or the loop is closed.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        match &self.stages[..] {
            [stage] => match stage.form {
                StageForm::Constant(level) => level.rate(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The rate at the start, or `None` if it is 0 or the loop is closed.
    #[must_use]
    pub fn first_rate(&self) -> Option<Rate> {
        match self.stages.first()?.form {
            StageForm::Constant(level)
            | StageForm::Ramp(level, _)
            | StageForm::Sine { mean: level, .. } => level.rate(),
        }
    }

    /// The stages in order, including each step and each part of a spike; empty for a closed loop.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The duration, or `None` if the shape has no end.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        let end = match self.stages.last() {
            Some(last) => last.length.map(|length| last.start + length),
            None => self.closed_loop_nanos,
        };
        end.map(Duration::from_nanos)
    }

    /// The number of hits, or `None` if the shape has no end or is a closed loop.
    #[must_use]
    pub fn hit_count(&self) -> Option<u64> {
        let last = self.stages.last()?;
        last.length.map(|_| last.end_count.ceil())
    }

    /// The number of hits due before `t`: the integral of the rate, rounded up; 0 for a closed
    /// loop.
    #[must_use]
    pub fn hits_before(&self, t: Duration) -> u64 {
        self.integral(t).ceil()
    }

    /// The due time of hit `k` with even arrivals, or `None` if the shape has fewer hits.
    #[must_use]
    pub fn due(&self, k: u64) -> Option<Duration> {
        let stage = self.stage_at_count(FractionalHits::from_whole(k), 0)?;
        let nanos = self.stages[stage].due(FractionalHits::from_whole(k));
        Some(Duration::from_nanos(nanos))
    }

    /// The rate at `t`, in hits per second: 0 after the end, or `None` for a closed loop.
    #[must_use]
    pub fn rate_at(&self, t: Duration) -> Option<f64> {
        if self.is_closed_loop() {
            return None;
        }
        let stage = &self.stages[self.stage_at(t)];
        let t = nanos(t) - stage.start;
        let is_over = stage.length.is_some_and(|length| t >= length);
        Some(if is_over { 0.0 } else { stage.rate_at(t) })
    }

    /// The peak rate, in hits per second, or `None` for a closed loop.
    #[must_use]
    pub fn peak(&self) -> Option<f64> {
        self.stages.iter().map(Stage::peak).max_by(f64::total_cmp)
    }

    /// The integral of the rate up to `t`.
    pub(crate) fn integral(&self, t: Duration) -> FractionalHits {
        if self.is_closed_loop() {
            return FractionalHits::ZERO;
        }
        let stage = &self.stages[self.stage_at(t)];
        let t = nanos(t) - stage.start;
        match stage.length {
            Some(length) if t >= length => stage.end_count,
            _ => stage.start_count + stage.integral(t),
        }
    }

    /// The index of the stage at `t`, or of the last one.
    pub(crate) fn stage_at(&self, t: Duration) -> usize {
        let t = nanos(t);
        self.stages.partition_point(|stage| stage.start <= t) - 1
    }

    /// The index of the stage that contains position `count`, searched from stage `from`.
    pub(crate) fn stage_at_count(&self, count: FractionalHits, from: usize) -> Option<usize> {
        let later = self.stages[from..].iter();
        later
            .enumerate()
            .find(|(_, stage)| count < stage.end_count)
            .map(|(index, _)| from + index)
    }
}

/// Converts to nanoseconds; times beyond 584 years saturate.
fn nanos(t: Duration) -> u64 {
    u64::try_from(t.as_nanos()).unwrap_or(u64::MAX)
}

impl From<Rate> for Shape {
    fn from(rate: Rate) -> Self {
        Self::constant(rate)
    }
}

/// Formats the shape as an expression.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_closed_loop() {
            f.write_str("max")?;
            let length = self.duration();
            return length.map_or(Ok(()), |length| write!(f, "/{}", DurationDisplay(length)));
        }
        if let [ShapeTerm::Stage(StageForm::Constant(level), Some(length))] = &self.terms[..] {
            // A single stage without a unit would be ambiguous.
            let unit = if level.has_unit() { "" } else { "/s" };
            let length = DurationDisplay(Duration::from_nanos(*length));
            return write!(f, "{level}{unit}/{length}");
        }
        for (index, term) in self.terms.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{term}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
