//! Rates that change: the language of `-r`.

mod duration_text;
mod error;
mod fractional_hits;
mod parse;
mod rate_or_zero;
mod stage;
mod term;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::Rate;

pub use error::ShapeError;
pub(crate) use fractional_hits::FractionalHits;
use rate_or_zero::RateOrZero;
pub use stage::Stage;
use stage::StageForm;
use term::ShapeTerm;

/// The most stages of a shape.
const MAX_STAGES: usize = 256;

/// How the rate changes in the course of a run.
///
/// | expression | is |
/// |---|---|
/// | `100`, `2.5/s`, `600/m`, `10k` | always the same rate |
/// | `100/30s` | the same rate for 30 s |
/// | `100..1000/5m` | from one rate to the other in a straight line |
/// | `steps(100..1000, 10, 30s)` | ten levels of 30 s each, the first and the last as given |
/// | `sine(500, 200, 60s)/10m` | mean, amplitude, period |
/// | `spike(100, 5000, 10s)/2m` | base, peak, length of the spike, which is in the middle |
/// | `0..500/1m, 500/5m, 500..0/1m` | one after the other |
/// | `max`, `max/30s` | no rate: as fast as the slots allow, a closed loop |
///
/// A number has `k` or `M` behind it for thousands and millions, and up to nine digits behind the
/// point: eight of a rate by the minute, six of one by the hour. `/s`, `/m` and `/h` are units of a
/// rate, and begin with a letter; a length begins with a number, so `600/m/5m` is 600 hits per minute
/// for five minutes. Lengths are `250ms`, `30s`, `1h30m`, `2d`. The last stage may do without one; a
/// stage of rate 0 is a pause. Steps are as many [stages](Stage), and a spike is three: what they do
/// is told apart in the report.
///
/// No rate is above 10⁹/s, no shape lasts longer than 366 days or has more than 256 stages.
///
/// ```
/// use std::time::Duration;
/// use hammer_core::Shape;
///
/// let shape: Shape = "100..1000/10s".parse()?;
/// assert_eq!(shape.total(), Some(5500));
/// assert_eq!(shape.length(), Some(Duration::from_secs(10)));
/// assert_eq!("100..10x0/5m".parse::<Shape>().unwrap_err().at(), 5);
/// # Ok::<(), hammer_core::ShapeError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    terms: Vec<ShapeTerm>,
    /// None for a closed loop.
    stages: Vec<Stage>,
    /// How long a closed loop lasts.
    closed: Option<u64>,
}

impl Shape {
    /// Always the same rate, without an end.
    #[must_use]
    pub fn constant(rate: Rate) -> Self {
        Self::from_terms(vec![ShapeTerm::Stage(
            StageForm::Constant(rate.into()),
            None,
        )])
    }

    /// As fast as the slots allow: a closed loop.
    #[must_use]
    pub fn closed_loop() -> Self {
        Self::closed_loop_for(None)
    }

    fn closed_loop_for(length: Option<u64>) -> Self {
        Self {
            terms: vec![],
            stages: vec![],
            closed: length,
        }
    }

    fn from_terms(terms: Vec<ShapeTerm>) -> Self {
        let mut stages = vec![];
        let (mut start, mut before) = (0, FractionalHits::ZERO);
        for (form, length) in terms.iter().flat_map(ShapeTerm::stages) {
            let mut stage = Stage {
                form,
                start,
                length,
                start_count: before,
                end_count: FractionalHits::MAX,
            };
            if form == StageForm::Constant(RateOrZero::ZERO) {
                stage.end_count = before;
            }
            if let Some(length) = length {
                stage.end_count = before + stage.integral(length);
                (start, before) = (start + length, stage.end_count);
            }
            stages.push(stage);
        }
        Self {
            terms,
            stages,
            closed: None,
        }
    }

    /// Whether it is `max`.
    #[must_use]
    pub fn is_closed_loop(&self) -> bool {
        self.stages.is_empty()
    }

    /// The rate, if it is always the same.
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

    /// The rate at the start; none if it is 0, and for a closed loop.
    #[must_use]
    pub fn first_rate(&self) -> Option<Rate> {
        match self.stages.first()?.form {
            StageForm::Constant(level)
            | StageForm::Ramp(level, _)
            | StageForm::Sine { mean: level, .. } => level.rate(),
        }
    }

    /// Its stages in order, each step and each part of a spike being one; none for a closed loop.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// How long it lasts; none if it has no end.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        let end = match self.stages.last() {
            Some(last) => last.length.map(|length| last.start + length),
            None => self.closed,
        };
        end.map(Duration::from_nanos)
    }

    /// How many hits are due in it; none if it has no end or is a closed loop.
    #[must_use]
    pub fn hit_count(&self) -> Option<u64> {
        let last = self.stages.last()?;
        last.length.map(|_| last.end_count.ceil())
    }

    /// How many hits are due before `t`: the integral of the rate, rounded up; 0 for a closed loop.
    #[must_use]
    pub fn hits_before(&self, t: Duration) -> u64 {
        self.integral(t).ceil()
    }

    /// When hit `k` is due if the hits are spread evenly; none if there are not so many.
    #[must_use]
    pub fn due(&self, k: u64) -> Option<Duration> {
        let stage = self.stage_at_count(FractionalHits::from_whole(k), 0)?;
        let nanos = self.stages[stage].due(FractionalHits::from_whole(k));
        Some(Duration::from_nanos(nanos))
    }

    /// The rate at `t`, in hits per second; 0 after the end, none for a closed loop.
    #[must_use]
    pub fn rate_at(&self, t: Duration) -> Option<f64> {
        if self.is_closed_loop() {
            return None;
        }
        let stage = &self.stages[self.stage_at(t)];
        let t = nanos(t) - stage.start;
        let over = stage.length.is_some_and(|length| t >= length);
        Some(if over { 0.0 } else { stage.rate_at(t) })
    }

    /// The greatest rate, in hits per second; none for a closed loop.
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

    /// The index of the stage in which there have been `count` hits, `from` or a later one.
    pub(crate) fn stage_at_count(&self, count: FractionalHits, from: usize) -> Option<usize> {
        let later = self.stages[from..].iter();
        later
            .enumerate()
            .find(|(_, stage)| count < stage.end_count)
            .map(|(index, _)| from + index)
    }
}

/// Times beyond 584 years are one.
fn nanos(t: Duration) -> u64 {
    u64::try_from(t.as_nanos()).unwrap_or(u64::MAX)
}

impl From<Rate> for Shape {
    fn from(rate: Rate) -> Self {
        Self::constant(rate)
    }
}

impl FromStr for Shape {
    type Err = ShapeError;

    fn from_str(text: &str) -> Result<Self, ShapeError> {
        parse::shape(text)
    }
}

/// An expression that says the same.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_closed_loop() {
            f.write_str("max")?;
            let length = self.duration();
            return length.map_or(Ok(()), |length| {
                write!(f, "/{}", duration_text::DurationDisplay(length))
            });
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
