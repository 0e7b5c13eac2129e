//! Stages of a shape: levels, ramps and sines.

use std::f64::consts::TAU;
use std::fmt;
use std::time::Duration;

use super::fractional_hits::FractionalHits;
use super::rate_or_zero::RateOrZero;
use crate::schedule::duration_text::DurationDisplay;

/// One stage of a shape: a level, a ramp or a sine.
///
/// Let t be the time from the start of the stage, r the rate and N its integral. The number of hits
/// due before t is N(t), rounded up, and hit k is due at N⁻¹(k).
///
/// ```text
/// level a       a ┤━━━━━━━━━━━      r(t) = a
///                 │                 N(t) = a·t
///                 └──────────       N⁻¹(x) = x / a
///
/// ramp a..b/T   b ┤        ▄▄━      r(t) = a + (b − a)·t/T
///                 │   ▄▄━▀▀         N(t) = a·t + (b − a)·t²/(2T)
///               a ┤━▀▀              N⁻¹(x) = 2x / (a + √(a² + 2·(b − a)/T·x))
///                 └─────────T       (if falling, the same from the end, to avoid cancellation)
///
/// sine(m,A,P) m+A ┤ ▄▀▀▄            r(t) = m + A·sin(2πt/P)
///               m ┤▀    ▀▄     ▄▀   N(t) = m·t + A·P/(2π)·(1 − cos(2πt/P))
///             m−A ┤       ▀▄▄▄▀     N⁻¹: whole periods of m·P hits each, and in the last one
///                 └────────────P    Newton's method between bounds that close in on the root
/// ```
///
/// N of a level is calculated in whole numbers: exact and without drift, at any length. So are the
/// linear part and the end of a ramp and a sine. Their curves are 64-bit floats.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    pub(super) form: StageForm,
    pub(super) start: u64,
    pub(super) length: Option<u64>,
    /// N of the whole shape at the start and at the end of the stage.
    pub(super) start_count: FractionalHits,
    pub(super) end_count: FractionalHits,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum StageForm {
    Constant(RateOrZero),
    Ramp(RateOrZero, RateOrZero),
    Sine {
        mean: RateOrZero,
        amplitude: RateOrZero,
        period: u64,
    },
}

/// The maximum number of iterations. Newton's method needs a few, bisection alone about 60.
const MAX_ITERATIONS: u32 = 100;

impl Stage {
    /// The start of the stage, as an offset from the start of the run.
    #[must_use]
    pub fn start(&self) -> Duration {
        Duration::from_nanos(self.start)
    }

    /// The duration, or `None` if the stage has no end.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        self.length.map(Duration::from_nanos)
    }

    /// The peak rate of the stage, in hits per second.
    #[must_use]
    pub fn peak(&self) -> f64 {
        match self.form {
            StageForm::Constant(level) => level.per_second(),
            StageForm::Ramp(from, to) => from.per_second().max(to.per_second()),
            StageForm::Sine {
                mean, amplitude, ..
            } => mean.per_second() + amplitude.per_second(),
        }
    }

    /// The rate `t` nanoseconds after the start of the stage, in hits per second.
    pub(super) fn rate_at(&self, t: u64) -> f64 {
        match self.form {
            StageForm::Constant(level) => level.per_second(),
            StageForm::Ramp(from, to) => {
                let share = t as f64 / self.length.unwrap_or(u64::MAX) as f64;
                from.per_second() + (to.per_second() - from.per_second()) * share
            }
            StageForm::Sine {
                mean,
                amplitude,
                period,
            } => mean.per_second() + amplitude.per_second() * angle(t % period, period).sin(),
        }
    }

    /// N(t) of this stage alone.
    pub(super) fn integral(&self, t: u64) -> FractionalHits {
        match self.form {
            StageForm::Constant(level) => level.hits_in(t),
            StageForm::Ramp(from, to) => {
                let length = self.length.unwrap_or(u64::MAX);
                if t >= length {
                    return (from.hits_in(length) + to.hits_in(length)).half();
                }
                let change = to.per_nano() - from.per_nano();
                let curve = FractionalHits::from_f64(
                    change.abs() * t as f64 * t as f64 / (2.0 * length as f64),
                );
                if change < 0.0 {
                    from.hits_in(t) - curve
                } else {
                    from.hits_in(t) + curve
                }
            }
            StageForm::Sine {
                mean,
                amplitude,
                period,
            } => {
                let scale = amplitude.per_nano() * period as f64 / TAU;
                let curve = scale * (1.0 - angle(t % period, period).cos());
                mean.hits_in(t) + FractionalHits::from_f64(curve)
            }
        }
    }

    /// N⁻¹ of a position of the whole shape in this stage, as an offset from the start of the run.
    pub(crate) fn due(&self, count: FractionalHits) -> u64 {
        let x = count - self.start_count;
        let t = match self.form {
            StageForm::Constant(level) => level.nanos_until(x),
            StageForm::Ramp(from, to) => {
                let (a, b) = (from.per_nano(), to.per_nano());
                let length = self.length.unwrap_or(u64::MAX);
                let slope = (b - a).abs() / length as f64;
                if a <= b {
                    root(a, slope, x.as_f64()) as u64
                } else {
                    let left = root(b, slope, (self.end_count - count).as_f64());
                    (length as f64 - left).max(0.0) as u64
                }
            }
            StageForm::Sine {
                mean,
                amplitude,
                period,
            } => {
                let (periods, rest) = x.div_rem(mean.hits_in(period));
                let wave = SineWave {
                    mean: mean.per_nano(),
                    amplitude: amplitude.per_nano(),
                    period: period as f64,
                };
                let whole = periods.saturating_mul(period);
                whole.saturating_add(wave.time_of(rest.as_f64()) as u64)
            }
        };
        let last = self.length.map_or(u64::MAX, |length| length - 1);
        self.start.saturating_add(t.min(last))
    }
}

/// The time after which a rate that starts at `rate` and grows by `slope` has produced `x` hits.
fn root(rate: f64, slope: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    2.0 * x / (rate + (rate * rate + 2.0 * slope * x).sqrt())
}

fn angle(t: u64, period: u64) -> f64 {
    TAU * t as f64 / period as f64
}

/// One period of a sine, in hits per nanosecond.
struct SineWave {
    mean: f64,
    amplitude: f64,
    period: f64,
}

impl SineWave {
    /// The time after which there are `x` hits, at most those of one period.
    fn time_of(&self, x: f64) -> f64 {
        let turn = TAU / self.period;
        let scale = self.amplitude / turn;
        // N(t) lies between m·t and m·t + 2·scale, which bounds the root.
        let mut high = (x / self.mean).min(self.period);
        let mut low = ((x - 2.0 * scale) / self.mean).max(0.0);
        let mut t = high;
        for _ in 0..MAX_ITERATIONS {
            let over = self.mean * t + scale * (1.0 - (turn * t).cos()) - x;
            if over > 0.0 {
                high = t;
            } else {
                low = t;
            }
            let newton = t - over / (self.mean + self.amplitude * (turn * t).sin());
            let next = if newton > low && newton < high {
                newton
            } else {
                low + (high - low) / 2.0
            };
            if (next - t).abs() < 0.25 || high - low < 0.25 {
                return next;
            }
            t = next;
        }
        t
    }
}

impl fmt::Display for StageForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Constant(level) => write!(f, "{level}"),
            Self::Ramp(from, to) => write!(f, "{from}..{to}"),
            Self::Sine {
                mean,
                amplitude,
                period,
            } => {
                let period = DurationDisplay(Duration::from_nanos(period));
                write!(f, "sine({mean}, {amplitude}, {period})")
            }
        }
    }
}

/// Formats the stage as an expression.
impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.form)?;
        self.duration()
            .map_or(Ok(()), |length| write!(f, "/{}", DurationDisplay(length)))
    }
}
